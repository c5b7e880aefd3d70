// What identifies a span and travels with a trace: ids, flags, and whether it came from elsewhere.
//
// Source: OpenTelemetry trace/api.md "SpanContext"; W3C Trace Context level 2.
// Threads: values; immutable once made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "nanospan/detail/compiler.h"

namespace nanospan {

// 16 bytes, valid if not all zero. The halves are numbers: `high` holds bytes 0..7 of the hex form.
struct TraceId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  [[nodiscard]] constexpr bool is_valid() const noexcept { return (high | low) != 0; }
  // 32 lower-case hex digits.
  [[nodiscard]] NANOSPAN_EXPORT std::string to_hex() const;
  // Exactly 32 hex digits of either case, not all zero; anything else: nothing.
  [[nodiscard]] NANOSPAN_EXPORT static std::optional<TraceId> from_hex(
      std::string_view hex) noexcept;
  friend constexpr bool operator==(const TraceId&, const TraceId&) noexcept = default;
  friend constexpr auto operator<=>(const TraceId&, const TraceId&) noexcept = default;
};

// 8 bytes, valid if not zero.
struct SpanId {
  std::uint64_t value = 0;

  [[nodiscard]] constexpr bool is_valid() const noexcept { return value != 0; }
  // 16 lower-case hex digits.
  [[nodiscard]] NANOSPAN_EXPORT std::string to_hex() const;
  // Exactly 16 hex digits of either case, not all zero; anything else: nothing.
  [[nodiscard]] NANOSPAN_EXPORT static std::optional<SpanId> from_hex(
      std::string_view hex) noexcept;
  friend constexpr bool operator==(const SpanId&, const SpanId&) noexcept = default;
  friend constexpr auto operator<=>(const SpanId&, const SpanId&) noexcept = default;
};

// Makes the id of a new trace out of a random one, whose low 56 bits must stay, since the random
// flag promises them. On the thread that starts the trace: no locks, no I/O.
using TraceIdMaker = TraceId (*)(TraceId random) noexcept;

// The W3C trace flags that level 2 defines; all others are zero on output.
struct TraceFlags {
  static constexpr std::uint8_t kSampled = 0x01;
  static constexpr std::uint8_t kRandom = 0x02;
  std::uint8_t bits = 0;

  [[nodiscard]] constexpr bool sampled() const noexcept { return (bits & kSampled) != 0; }
  [[nodiscard]] constexpr bool random() const noexcept { return (bits & kRandom) != 0; }
  friend constexpr bool operator==(const TraceFlags&, const TraceFlags&) noexcept = default;
};

struct SpanContext {
  TraceId trace_id;
  SpanId span_id;
  TraceFlags flags;
  bool is_remote = false;  // it was extracted from a carrier

  [[nodiscard]] constexpr bool is_valid() const noexcept {
    return trace_id.is_valid() && span_id.is_valid();
  }
  friend constexpr bool operator==(const SpanContext&, const SpanContext&) noexcept = default;
};

}  // namespace nanospan
