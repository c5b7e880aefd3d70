// Rates of a counter against a clock, in ns per tick, 32.32 fixed point.
//
// Threads: pure functions. Errors: none; nonsense (of a damaged anchor) gives nonsense, never
// undefined behaviour.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "clock/clock_map.h"

namespace nanospan::clock {

__extension__ using Wide = unsigned __int128;

inline constexpr std::uint64_t kOneNsPerTick = std::uint64_t{1} << 32;
inline constexpr std::uint64_t kRateMax = kOneNsPerTick * 1000;  // a 1 MHz counter
// Anchors closer than this measure their own noise: a rate to extrapolate with looks back further.
inline constexpr std::int64_t kBaselineNs = 50'000'000;

inline std::int64_t wrapping_add(std::int64_t a, std::int64_t b) noexcept {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
inline std::int64_t wrapping_subtract(std::int64_t a, std::int64_t b) noexcept {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

// Rounded down: the end of a segment never lies behind the beginning of the next.
inline std::uint64_t rate_between(const AnchorTimes& from, const AnchorTimes& to) noexcept {
  const auto ns = static_cast<std::uint64_t>(wrapping_subtract(to.monotonic_ns, from.monotonic_ns));
  const Wide rate = (Wide{ns} << 32) / (to.ticks - from.ticks);
  return static_cast<std::uint64_t>(std::clamp<Wide>(rate, 1, kRateMax));
}

inline std::int64_t length_ns(std::uint64_t ticks, std::uint64_t ns_per_tick_q32) noexcept {
  const Wide ns = (Wide{ticks} * ns_per_tick_q32) >> 32;
  return static_cast<std::int64_t>(
      std::min<Wide>(ns, static_cast<Wide>(std::numeric_limits<std::int64_t>::max())));
}

// Counter and clock that disagree with their past by more than 1/64 did not run together: the
// machine was suspended in between. Slewing is 1/2000 at most.
inline bool is_plausible(std::uint64_t rate, std::uint64_t usual) noexcept {
  constexpr std::uint64_t kRateChangeShare = 64;
  const std::uint64_t difference = rate > usual ? rate - usual : usual - rate;
  return difference <= usual / kRateChangeShare;
}

}  // namespace nanospan::clock
