// Spans for the command's tests, built as OTLP's messages.
#pragma once

#include <cstdint>
#include <string>

#include "otlp.pb.h"

namespace nanospan::tools::testing {

inline std::string id_bytes(std::uint64_t number, std::size_t bytes) {
  std::string id(bytes, '\0');
  for (std::size_t i = 0; i < 8; ++i)
    id[bytes - 1 - i] = static_cast<char>(number >> (8 * i) & 0xff);
  return id;
}

inline constexpr std::uint64_t kEpochNs = 1'700'000'000'000'000'000;
inline constexpr std::uint64_t kMs = 1'000'000;

// One resource with the spans of one service.
class Service {
 public:
  Service(otlp::v1::TracesData& traces, const std::string& name) {
    auto* const resource_spans = traces.add_resource_spans();
    auto* const attribute = resource_spans->mutable_resource()->add_attributes();
    attribute->set_key("service.name");
    attribute->mutable_value()->set_string_value(name);
    spans_ = resource_spans->add_scope_spans();
    spans_->mutable_scope()->set_name("test");
  }
  struct Times {
    std::uint64_t start_ms, end_ms;
  };
  otlp::v1::Span& add(std::uint64_t id, std::uint64_t parent, const std::string& name,
                      Times times) {
    otlp::v1::Span& span = *spans_->add_spans();
    span.set_trace_id(id_bytes(0x4bf9, 16));
    span.set_span_id(id_bytes(id, 8));
    if (parent != 0) span.set_parent_span_id(id_bytes(parent, 8));
    span.set_name(name);
    span.set_start_time_unix_nano(kEpochNs + times.start_ms * kMs);
    span.set_end_time_unix_nano(kEpochNs + times.end_ms * kMs);
    return span;
  }

 private:
  otlp::v1::ScopeSpans* spans_;
};

}  // namespace nanospan::tools::testing
