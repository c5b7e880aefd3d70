// The end of a scoped span in two halves: what is short and common, and all the rest.
#pragma once

#include <cstdint>

#include "nanospan/detail/lane_control.h"

namespace nanospan::capture {

// What takes more than a copy of the open slot: an error, pages of payload, a stop of the ring.
// `slot` is the lane's innermost span.
void end_by_record(detail::LaneControl& lane, detail::OpenSlot* slot, std::uint64_t end_ticks,
                   bool failed) noexcept;

}  // namespace nanospan::capture
