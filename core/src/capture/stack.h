// A lane's stack of open levels.
#pragma once

#include "nanospan/detail/lane_control.h"
#include "nanospan/detail/publish.h"

namespace nanospan::capture {

// Takes `slot`, the top, away, and the levels below it that ended early, while it was open.
void pop(detail::LaneControl& lane, detail::OpenSlot* slot) noexcept;

// Levels above `level` whose scopes were left without an end (longjmp, a switch) go with it.
inline void drop_levels_above(detail::LaneControl& lane, detail::OpenSlot* level) noexcept {
  for (; lane.top > level; --lane.top) {
    const std::uint64_t w0 = detail::load(lane.top->w[0]);
    if (detail::open_w0::kLive.get(w0) == 0) continue;
    detail::publish(lane.top->w[0], w0 & ~detail::open_w0::kLive.put(1));
    lane.counters->abandoned.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace nanospan::capture
