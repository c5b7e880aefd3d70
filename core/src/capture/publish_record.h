// The end of any span: its open slot becomes a record in a lane's ring.
#pragma once

#include <cstdint>

#include "capture/runtime.h"

namespace nanospan::capture {

struct RecordEnd {
  std::uint64_t end_ticks = 0;
  std::uint64_t flags = 0;  // span_flag bits to add to the slot's own
};

// Writes the record of `slot` at the lane's next position and counts it. The caller holds the
// lane's gate, and marks and frees the slot afterwards: a crash in between shows both, with one id.
void publish_record(Runtime& runtime, detail::LaneControl& lane, detail::OpenSlot& slot,
                    const RecordEnd& end) noexcept;

// Room for the next record, of so many slots, which is not there below the lane's stop: a larger
// ring that is waiting is taken where this one ends, and a reader that sleeps too long is woken.
void pass_stop(Runtime& runtime, detail::LaneControl& lane, std::size_t slots) noexcept;

}  // namespace nanospan::capture
