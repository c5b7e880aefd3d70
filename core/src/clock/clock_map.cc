#include "clock/clock_map.h"

#include <algorithm>
#include <limits>

#include "clock/rate.h"
#include "format/region_view.h"

namespace nanospan::clock {
namespace {

// REALTIME further than this from where MONOTONIC says it should be was stepped; less is the
// noise of two clock reads.
constexpr std::int64_t kStepNs = 1000;
// Segments that meet within this are one line: a rate rounds down, by 20 us over a day; a line that
// breaks does so by more than 1 ms.
constexpr std::int64_t kJoinNs = 500'000;

}  // namespace

ClockMap::ClockMap(const format::RegionView& region) {
  const std::uint64_t count = region.anchor_count();
  std::uint64_t number = count > format::kAnchors ? count - format::kAnchors : 0;
  while (number < count) {
    if (const auto anchor = region.anchor(++number))
      add({anchor->ticks, anchor->realtime_ns, anchor->monotonic_ns});
  }
}

void ClockMap::add(const AnchorTimes& anchor) {
  if (!segments_.empty()) {
    const AnchorTimes& last = segments_.back().anchor;
    if (anchor.monotonic_ns <= last.monotonic_ns || anchor.ticks == last.ticks) return;
    if (anchor.ticks < last.ticks)
      segments_.clear();
    else
      close_last(anchor);
  }
  if (segments_.empty())
    segments_.push_back({anchor, {anchor.ticks, anchor.realtime_ns, kOneNsPerTick}, 0});
  if (segments_.size() > kAnchorsMax) segments_.erase(0, kAnchorsMax / 2);
}

void ClockMap::close_last(const AnchorTimes& next) {
  Segment& last = segments_.back();
  const std::uint64_t measured = rate_between(last.anchor, next);
  const bool plausible =
      segments_.size() == 1 || is_plausible(measured, last.scale.ns_per_tick_q32);
  if (plausible) last.scale.ns_per_tick_q32 = measured;

  Segment opened{next, {next.ticks, 0, last.scale.ns_per_tick_q32}, 0};
  const std::int64_t length = length_ns(next.ticks - last.anchor.ticks, last.scale.ns_per_tick_q32);
  opened.elapsed_ns = wrapping_add(last.elapsed_ns, length);
  const std::int64_t expected = last.scale.to_unix_ns(next.ticks);
  const std::int64_t step = wrapping_subtract(next.realtime_ns, expected);
  opened.scale.base_unix_ns = step >= -kStepNs && step <= kStepNs ? expected : next.realtime_ns;

  if (plausible) {
    std::size_t from = segments_.size() - 1;
    while (from > 0 &&
           wrapping_subtract(next.monotonic_ns, segments_[from].anchor.monotonic_ns) < kBaselineNs)
      --from;
    const std::uint64_t steadier = rate_between(segments_[from].anchor, next);
    if (is_plausible(steadier, measured)) opened.scale.ns_per_tick_q32 = steadier;
  }
  segments_.push_back(opened);
}

void ClockMap::continue_from(std::uint64_t ticks, std::int64_t unix_ns,
                             std::uint64_t ns_per_tick_q32) {
  while (!segments_.empty() && segments_.back().anchor.ticks >= ticks) segments_.pop_back();
  Segment opened{{ticks, unix_ns, 0}, {ticks, unix_ns, ns_per_tick_q32}, 0};
  if (!segments_.empty()) {
    const Segment& last = segments_.back();
    opened.elapsed_ns = wrapping_add(
        last.elapsed_ns, length_ns(ticks - last.anchor.ticks, last.scale.ns_per_tick_q32));
  }
  segments_.push_back(opened);
  if (segments_.size() > kAnchorsMax) thin_out();
}

void ClockMap::thin_out() {
  const auto follows = [](const Segment& before, const Segment& next) {
    const std::int64_t end = before.scale.to_unix_ns(next.anchor.ticks);
    return wrapping_subtract(next.scale.base_unix_ns, end) <= kJoinNs &&
           wrapping_subtract(end, next.scale.base_unix_ns) <= kJoinNs;
  };
  const std::size_t half = segments_.size() / 2;
  std::size_t kept = 1;  // at the front
  for (std::size_t at = 1; at < half; ++at) {
    const Segment& next = segments_[at + 1];
    Segment& last = segments_[kept - 1];
    if (at % 2 == 1 && follows(last, segments_[at]) && follows(segments_[at], next)) {
      const auto ns = static_cast<std::uint64_t>(
          wrapping_subtract(next.scale.base_unix_ns, last.scale.base_unix_ns));
      const Wide rate = (Wide{ns} << 32) / (next.anchor.ticks - last.anchor.ticks);
      last.scale.ns_per_tick_q32 = static_cast<std::uint64_t>(std::clamp<Wide>(rate, 1, kRateMax));
    } else {
      segments_[kept++] = segments_[at];
    }
  }
  if (half - kept < half / 8) kept = 0;  // a clock that is stepped all the time
  segments_.erase(kept, half);
}

std::uint64_t ClockMap::newest_ticks() const noexcept {
  return segments_.empty() ? 0 : segments_.back().anchor.ticks;
}

std::size_t ClockMap::index_of(std::uint64_t ticks) const noexcept {
  const auto behind = std::upper_bound(
      segments_.begin(), segments_.end(), ticks,
      [](std::uint64_t value, const Segment& segment) { return value < segment.anchor.ticks; });
  return behind == segments_.begin() ? 0 : static_cast<std::size_t>(behind - segments_.begin()) - 1;
}

ScaleRange ClockMap::scale_for(std::uint64_t ticks) const noexcept {
  constexpr std::uint64_t kLastTick = std::numeric_limits<std::uint64_t>::max();
  if (segments_.empty()) return {0, kLastTick, {0, 0, kOneNsPerTick}};
  const std::size_t index = index_of(ticks);
  const bool is_last = index + 1 == segments_.size();
  return {index == 0 ? 0 : segments_[index].anchor.ticks,
          is_last ? kLastTick : segments_[index + 1].anchor.ticks - 1, segments_[index].scale};
}

std::int64_t ClockMap::to_unix_ns(std::uint64_t ticks) const noexcept {
  return scale_for(ticks).scale.to_unix_ns(ticks);
}

std::int64_t ClockMap::elapsed_ns(std::uint64_t start_ticks,
                                  std::uint64_t end_ticks) const noexcept {
  if (end_ticks <= start_ticks) return 0;
  if (segments_.empty()) return length_ns(end_ticks - start_ticks, kOneNsPerTick);
  const Segment& first = segments_[index_of(start_ticks)];
  const Segment& last = segments_[index_of(end_ticks)];
  // Since the first anchor, as to_unix_ns() rounds: steps cancel out, and nothing else changes.
  const std::int64_t start = wrapping_add(
      first.elapsed_ns,
      wrapping_subtract(first.scale.to_unix_ns(start_ticks), first.scale.base_unix_ns));
  const std::int64_t end =
      wrapping_add(last.elapsed_ns,
                   wrapping_subtract(last.scale.to_unix_ns(end_ticks), last.scale.base_unix_ns));
  return std::max<std::int64_t>(0, wrapping_subtract(end, start));
}

UnixInterval ClockMap::map(std::uint64_t start_ticks, std::uint64_t end_ticks) const noexcept {
  const std::int64_t start = to_unix_ns(start_ticks);
  const std::int64_t end = wrapping_add(start, elapsed_ns(start_ticks, end_ticks));
  return {start, std::max(start, end)};
}

}  // namespace nanospan::clock
