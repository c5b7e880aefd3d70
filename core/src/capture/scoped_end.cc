#include "capture/scoped_end.h"

#include "capture/publish_inline.h"
#include "nanospan/detail/publish.h"
#include "nanospan/span.h"

namespace nanospan::detail {

void end_scoped_full(LaneControl& lane, OpenSlot* slot, std::uint64_t end_ticks,
                     bool failed) noexcept {
  if (!failed) [[likely]] {
    const BusyGate busy(lane, 0);  // the caller saw it open
    if (capture::publish_inline(lane, *slot, end_ticks)) [[likely]] {
      publish(slot->w[0], load(slot->w[0]) - 1);
      lane.top = slot - 1;
      return;
    }
  }
  capture::end_by_record(lane, slot, end_ticks, failed);
}

}  // namespace nanospan::detail
