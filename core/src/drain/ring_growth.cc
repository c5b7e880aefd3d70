#include "drain/ring_growth.h"

#include <algorithm>

#include "nanospan/detail/publish.h"

namespace nanospan::drain {
namespace {

constexpr auto kAgainAfter = std::chrono::seconds(1);
constexpr std::uint64_t kBytesForRest = 1u << 20;

}  // namespace

void RingGrowth::ask(std::uint32_t lane, SteadyTime now, Need need) noexcept {
  if (slots_ != 0 || now < not_before_) return;
  std::uint64_t bytes_max = ring_bytes_max_;
  if (need == Need::kRest) {
    bytes_max = std::min(bytes_max, kBytesForRest);
    if (detail::load(region_.header().extents_used) > region_.options().budget_bytes / 4) return;
  }
  const format::LaneHeader& header = region_.lane(lane);
  const std::uint64_t rings = header.ring_count.load(std::memory_order_acquire);
  const std::uint64_t bytes = detail::load(header.rings[rings - 1].slots) * sizeof(detail::Slot);
  const bool is_waiting =
      rings < format::kRingsPerLane && detail::load(header.rings[rings].slots) != 0;
  if (is_waiting || bytes >= bytes_max) return;
  lane_ = lane;
  slots_ = std::min(bytes * 4, bytes_max) / sizeof(detail::Slot);
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
