// The spans of an OtlpPiece, one after the other, as views: nothing is copied or allocated.
//
// Threads: none.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "readers/piece.h"

namespace nanospan::tools {

struct OtlpAttribute {
  enum class Type { kNone, kString, kBool, kInt, kDouble, kOther };

  std::string_view key;
  Type type = Type::kNone;
  std::string_view text;     // kString
  std::int64_t integer = 0;  // kInt, and kBool as 0 or 1
  double real = 0;           // kDouble

  [[nodiscard]] bool is_true() const noexcept { return type == Type::kBool && integer != 0; }
};

// Each as a KeyValue's bytes, which are read when somebody asks.
using OtlpAttributes = std::vector<std::string_view>;
[[nodiscard]] OtlpAttribute read_attribute(std::string_view key_value);

struct OtlpSpan {
  std::string_view bytes;              // the whole message
  std::string_view trace_id, span_id;  // 16 and 8 bytes
  std::string_view parent_span_id;     // 8 bytes, which may be 0, or none
  std::string_view name, status_message;
  std::uint64_t start_unix_ns = 0, end_unix_ns = 0;
  std::int32_t kind = 0, status_code = 0;  // OTLP's numbers, or others
  std::uint32_t flags = 0;
  OtlpAttributes attributes;

  // SDKs write a parent of zeros for none.
  [[nodiscard]] bool is_root() const noexcept {
    return parent_span_id.find_first_not_of('\0') == std::string_view::npos;
  }
  [[nodiscard]] bool is_error() const noexcept { return status_code == 2; }
};

class OtlpVisitor {
 public:
  OtlpVisitor() = default;
  OtlpVisitor(const OtlpVisitor&) = delete;
  OtlpVisitor& operator=(const OtlpVisitor&) = delete;
  virtual ~OtlpVisitor() = default;
  // That of the spans that follow.
  virtual void resource(const OtlpAttributes& attributes) = 0;
  virtual void span(const OtlpSpan& span) = 0;
};

void visit(const OtlpPiece& piece, OtlpVisitor& visitor);

// The attribute service.name, or what OpenTelemetry says instead of it.
[[nodiscard]] std::string_view service_name(const OtlpAttributes& resource);

}  // namespace nanospan::tools
