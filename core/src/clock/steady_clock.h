// SteadyClock: ticks to Unix time for a reader that converts while time goes on.
//
// What its map has said of a tick stays: an anchor bends the line from its own tick on, and nothing
// before. So spans that are converted in different passes keep their order, a child never starts
// before its parent, and the noise of the anchors never shows as a negative gap.
// At each anchor the line goes on from where it is, and the error found there is slewed away by the
// time the next anchor is expected, a second at most, never faster than 1/1000. REALTIME that is
// further off than 1 ms was stepped, and breaks the line: order across a step backwards is lost, as
// it is for everybody who reads that clock; lengths are not.
// Threads: none. Invariants: between breaks the line never falls.
#pragma once

#include <cstdint>

#include "clock/clock_map.h"

namespace nanospan::clock {

class SteadyClock {
 public:
  // In the order they were taken, each behind all ticks that were mapped before it. One whose
  // monotonic time does not advance is ignored; one whose ticks went back forgets all before it.
  void add(const AnchorTimes& anchor);
  // Real times from the second anchor on.
  [[nodiscard]] const ClockMap& map() const noexcept { return map_; }

 private:
  void restart(const AnchorTimes& first);
  void measure(const AnchorTimes& newest);
  void bend(const AnchorTimes& at, std::int64_t interval_ns);

  ClockMap map_;
  base::PodVector<AnchorTimes> recent_;  // the first is the baseline of the rate
  std::uint64_t rate_q32_ = 0;           // 0: one anchor has none
  std::uint64_t odd_rate_q32_ = 0;       // the last one that was not believed
};

}  // namespace nanospan::clock
