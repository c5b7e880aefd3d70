// Trace and span ids as the older formats write them: of 64 bits too, and Jaeger's of any length.
//
// Threads: pure functions. Errors: nothing, where a character is no digit or the id is zero.
#pragma once

#include <optional>
#include <string_view>

#include "base/hex.h"
#include "nanospan/span_context.h"

namespace nanospan::propagation {

// 32 digits, or fewer, which are the lower ones.
[[nodiscard]] inline std::optional<TraceId> parse_trace_id(std::string_view untrusted,
                                                           base::HexCase accepted) noexcept {
  constexpr std::size_t kHalf = 16;
  if (untrusted.empty() || untrusted.size() > 2 * kHalf) return std::nullopt;
  TraceId id;
  if (untrusted.size() > kHalf) {
    const auto high = base::decode_hex(untrusted.substr(0, untrusted.size() - kHalf), accepted);
    if (!high) return std::nullopt;
    id.high = *high;
    untrusted.remove_prefix(untrusted.size() - kHalf);
  }
  const auto low = base::decode_hex(untrusted, accepted);
  if (!low) return std::nullopt;
  id.low = *low;
  return id.is_valid() ? std::optional(id) : std::nullopt;
}

[[nodiscard]] inline std::optional<SpanId> parse_span_id(std::string_view untrusted,
                                                         base::HexCase accepted) noexcept {
  const auto value = base::decode_hex(untrusted, accepted);
  if (!value || *value == 0) return std::nullopt;
  return SpanId{*value};
}

// All digits, in lower case. Returns where they end.
inline char* write_digits(TraceId id, char* out) noexcept {
  base::encode_hex(id.high, out);
  base::encode_hex(id.low, out + 16);
  return out + 32;
}
inline char* write_digits(SpanId id, char* out) noexcept {
  base::encode_hex(id.value, out);
  return out + 16;
}

}  // namespace nanospan::propagation
