#include "drain/ring_growth.h"

#include <algorithm>

#include "nanospan/detail/publish.h"

namespace nanospan::drain {
namespace {

constexpr auto kAgainAfter = std::chrono::seconds(1);

}  // namespace

void RingGrowth::ask(std::uint32_t lane, SteadyTime now) noexcept {
  if (slots_ != 0 || now < not_before_) return;
  const format::LaneHeader& header = region_.lane(lane);
  const std::uint64_t rings = header.ring_count.load(std::memory_order_acquire);
  const std::uint64_t bytes = detail::load(header.rings[rings - 1].slots) * sizeof(detail::Slot);
  const bool is_waiting =
      rings < format::kRingsPerLane && detail::load(header.rings[rings].slots) != 0;
  if (is_waiting || bytes >= ring_bytes_max_) return;
  lane_ = lane;
  slots_ = std::min(bytes * 4, ring_bytes_max_) / sizeof(detail::Slot);
  not_before_ = now;
}

bool RingGrowth::step() noexcept {
  if (slots_ == 0) return false;
  if (!region_.populate_ahead(slots_ * sizeof(detail::Slot))) return true;
  if (!region_.prepare_ring(lane_, slots_)) not_before_ += kAgainAfter;
  slots_ = 0;
  return false;
}

}  // namespace nanospan::drain
