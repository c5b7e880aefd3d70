// ClockMap: ticks to Unix time, linear between anchors.
//
// For who reads afterwards (tools, recovery) and knows the anchors on both sides; who converts
// while time goes on fills it by SteadyClock (steady_clock.h). The rate comes from CLOCK_MONOTONIC,
// the offset from CLOCK_REALTIME. While REALTIME follows MONOTONIC the map is one unbroken line, so
// that order and nesting survive it; where REALTIME was stepped the line breaks at the next anchor.
// A span is mapped by its start, and its length by the rates alone: no step or slew can turn it
// negative. Outside the anchors it extrapolates with the nearest rate; one anchor alone, or none,
// counts a tick as 1 ns.
//
// Threads: none; copy it. Memory: at most kAnchorsMax anchors, the oldest are forgotten.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/pod_vector.h"
#include "nanospan/span_batch.h"

namespace nanospan::format {
class RegionView;
}

namespace nanospan::clock {

// One bracketed reading of the three clocks.
struct AnchorTimes {
  std::uint64_t ticks = 0;
  std::int64_t realtime_ns = 0;
  std::int64_t monotonic_ns = 0;
};

struct UnixInterval {
  std::int64_t start_ns = 0;
  std::int64_t end_ns = 0;  // never below start_ns
};

// A scale and the ticks it is exact for: [first_ticks, last_ticks].
struct ScaleRange {
  std::uint64_t first_ticks = 1;
  std::uint64_t last_ticks = 0;
  TickScale scale;

  [[nodiscard]] bool covers(std::uint64_t first, std::uint64_t last) const noexcept {
    return first >= first_ticks && last <= last_ticks && first <= last;
  }
};

class ClockMap {
 public:
  static constexpr std::size_t kAnchorsMax = 1024;

  ClockMap() noexcept = default;
  // The anchors that a region keeps.
  explicit ClockMap(const format::RegionView& region);

  // In the order they were taken. One whose monotonic time does not advance is ignored; one whose
  // ticks went back forgets all before it (the counter restarted, as after a suspend).
  void add(const AnchorTimes& anchor);

  // The other way to fill a map, not to be mixed with add(): from `ticks` on the line goes on from
  // `unix_ns` at this rate; what it says of ticks before stays. When kAnchorsMax pieces are there,
  // the older half is thinned: two that join become one, so that a span of hours still finds the
  // time of its start.
  void continue_from(std::uint64_t ticks, std::int64_t unix_ns, std::uint64_t ns_per_tick_q32);

  [[nodiscard]] std::size_t anchor_count() const noexcept { return segments_.size(); }
  // Two anchors at least: times are real.
  [[nodiscard]] bool is_calibrated() const noexcept { return segments_.size() >= 2; }
  // 0 before the first anchor.
  [[nodiscard]] std::uint64_t newest_ticks() const noexcept;

  [[nodiscard]] std::int64_t to_unix_ns(std::uint64_t ticks) const noexcept;
  // Length of [start, end] in ns, across anchors and steps; 0 if end is not behind start.
  [[nodiscard]] std::int64_t elapsed_ns(std::uint64_t start_ticks,
                                        std::uint64_t end_ticks) const noexcept;
  [[nodiscard]] UnixInterval map(std::uint64_t start_ticks, std::uint64_t end_ticks) const noexcept;

  // For a loop over many ticks: the scale around `ticks`, and how far it holds.
  [[nodiscard]] ScaleRange scale_for(std::uint64_t ticks) const noexcept;

 private:
  // From one anchor up to the next; the first reaches back, the last reaches on, for ever.
  struct Segment {
    AnchorTimes anchor;
    TickScale scale;              // base: the anchor's ticks
    std::int64_t elapsed_ns = 0;  // since the first anchor, by the rates
  };
  void close_last(const AnchorTimes& next);
  void thin_out();
  [[nodiscard]] std::size_t index_of(std::uint64_t ticks) const noexcept;

  base::PodVector<Segment> segments_;
};

}  // namespace nanospan::clock
