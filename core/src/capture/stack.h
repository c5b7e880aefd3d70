// A lane's stack of open levels.
#pragma once

#include "nanospan/detail/lane_control.h"

namespace nanospan::capture {

// Takes `slot`, the top, away, and the levels below it that ended early, while it was open.
void pop(detail::LaneControl& lane, detail::OpenSlot* slot) noexcept;

}  // namespace nanospan::capture
