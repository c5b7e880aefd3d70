// What both wire formats say about a span, worked out once: OTLP's flags, an end that is at least
// 1 ns behind the start, a status for spans that never ended.
//
// The 1 ns: a counter that advances in steps gives short spans one stamp for both, and viewers take
// a span without a length for a broken one.
//
// Threads: pure functions. Source: OTLP trace.proto, fields of Span.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "nanospan/span_batch.h"

namespace nanospan::wire {

inline constexpr std::uint32_t kHasIsRemote = 0x100;
inline constexpr std::uint32_t kIsRemote = 0x200;
inline constexpr std::string_view kUnfinishedKey = "nanospan.unfinished";

// Whose attributes: the number of the field that holds them.
enum class Owner : std::uint8_t { kResource = 1, kEvent = 3, kLink = 4, kSpan = 9 };

struct SpanHead {
  TraceId trace_id;
  SpanId span_id;
  SpanId parent_span_id;
  std::uint64_t start_unix_ns = 0;
  std::uint64_t end_unix_ns = 0;
  std::uint32_t flags = 0;
};

constexpr std::uint64_t unix_ns_or_zero(std::int64_t ns) noexcept {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0));
}

constexpr std::uint32_t otlp_flags(TraceFlags flags, bool remote) noexcept {
  return kHasIsRemote | (remote ? kIsRemote : 0u) | flags.bits;
}

inline SpanHead head_of(const SpanView& span) noexcept {
  SpanHead head;
  head.trace_id = span.trace_id();
  head.span_id = span.span_id();
  head.parent_span_id = span.parent_span_id();
  head.start_unix_ns = unix_ns_or_zero(span.start_unix_ns());
  head.end_unix_ns = std::max(head.start_unix_ns + 1, unix_ns_or_zero(span.end_unix_ns()));
  head.flags = otlp_flags(span.trace_flags(), span.parent_is_remote());
  return head;
}

// A span that did not end did not succeed, whatever it said before.
inline StatusCode status_of(const SpanView& span) noexcept {
  return span.unfinished() ? StatusCode::kError : span.status_code();
}

// Nothing beyond the head, the constants of callsite and thread, and attributes, each key once.
inline bool is_common(const SpanView& span) noexcept {
  const bool has_only_attributes =
      span.is_plain() || span.contents() == payload_contents::kAttributes;
  return has_only_attributes && status_of(span) == StatusCode::kUnset && span.tracestate().empty();
}

// What a payload holds, found in one pass, so that nobody looks for what is not there.
struct PayloadContents {
  std::uint64_t types = 0;        // a bit for each ElementType below 64
  bool has_distinct_keys = true;  // false: there may be two of one key

  [[nodiscard]] bool has(detail::ElementType type) const noexcept {
    return (types >> static_cast<unsigned>(type) & 1) != 0;
  }
  [[nodiscard]] bool has_events() const noexcept {
    return has(detail::ElementType::kEvent) || has(detail::ElementType::kEventAt);
  }
};

inline PayloadContents scan_payload(const SpanView& span) noexcept {
  PayloadContents contents;
  contents.has_distinct_keys = (span.contents() & payload_contents::kRepeatedKeys) == 0;
  detail::for_each_element(span.payload(), [&](detail::ElementType type, std::uint64_t, auto*) {
    contents.types |= std::uint64_t{1} << (static_cast<unsigned>(type) & 63);
  });
  return contents;
}

}  // namespace nanospan::wire
