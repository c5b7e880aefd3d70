#include "clock/steady_clock.h"

#include <algorithm>

#include "clock/rate.h"

namespace nanospan::clock {
namespace {

constexpr std::int64_t kStepNs = 1'000'000;
constexpr std::int64_t kSlewMinNs = 1'000'000, kSlewMaxNs = 1'000'000'000;
constexpr std::int64_t kSlewPerError = 1000;  // no faster than 1/1000

std::int64_t magnitude(std::int64_t value) noexcept {
  return value < 0 ? wrapping_subtract(0, value) : value;
}

}  // namespace

void SteadyClock::restart(const AnchorTimes& first) {
  *this = SteadyClock();
  map_.continue_from(first.ticks, first.realtime_ns, kOneNsPerTick);
  recent_.push_back(first);
}

void SteadyClock::add(const AnchorTimes& anchor) {
  if (recent_.empty() || anchor.ticks < recent_.back().ticks) return restart(anchor);
  const AnchorTimes last = recent_.back();
  if (anchor.monotonic_ns <= last.monotonic_ns || anchor.ticks == last.ticks) return;
  const bool is_second = rate_q32_ == 0;
  measure(anchor);
  if (is_second) map_.continue_from(last.ticks, last.realtime_ns, rate_q32_);
  bend(anchor, wrapping_subtract(anchor.monotonic_ns, last.monotonic_ns));
}

// A rate that contradicts the last is a suspend, in which the clocks did not run together; twice in
// a row the same, it is a counter that runs at another speed now.
void SteadyClock::measure(const AnchorTimes& newest) {
  const std::uint64_t measured = rate_between(recent_.back(), newest);
  if (rate_q32_ != 0 && !is_plausible(measured, rate_q32_)) {
    recent_.clear();
    if (is_plausible(measured, odd_rate_q32_)) rate_q32_ = measured;
    odd_rate_q32_ = measured;
  } else {
    while (recent_.size() > 1 &&
           wrapping_subtract(newest.monotonic_ns, recent_[1].monotonic_ns) >= kBaselineNs)
      recent_.erase(0, 1);
    rate_q32_ = rate_between(recent_.front(), newest);
  }
  recent_.push_back(newest);
}

void SteadyClock::bend(const AnchorTimes& at, std::int64_t interval_ns) {
  const std::int64_t expected = map_.to_unix_ns(at.ticks);
  const std::int64_t error = wrapping_subtract(at.realtime_ns, expected);
  if (error > kStepNs || error < -kStepNs)
    return map_.continue_from(at.ticks, at.realtime_ns, rate_q32_);

  const std::int64_t slew_ns =
      std::max(std::clamp(interval_ns, kSlewMinNs, kSlewMaxNs), magnitude(error) * kSlewPerError);
  const auto share_q32 = static_cast<std::uint64_t>((magnitude(error) << 32) / slew_ns);
  const auto change = static_cast<std::uint64_t>((Wide{rate_q32_} * share_q32) >> 32);
  const std::uint64_t bent = error < 0 ? rate_q32_ - change : rate_q32_ + change;
  map_.continue_from(at.ticks, expected, bent);
  const auto slew_ticks =
      static_cast<std::uint64_t>((Wide{static_cast<std::uint64_t>(slew_ns)} << 32) / rate_q32_);
  if (slew_ticks == 0 || slew_ticks > ~at.ticks) return;
  const std::uint64_t straight = at.ticks + slew_ticks;
  map_.continue_from(straight, map_.to_unix_ns(straight), rate_q32_);
}

}  // namespace nanospan::clock
