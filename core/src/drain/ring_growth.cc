#include "drain/ring_growth.h"

#include <algorithm>

#include "nanospan/detail/publish.h"

namespace nanospan::drain {
namespace {

constexpr auto kAgainAfter = std::chrono::seconds(1);

}  // namespace

void RingGrowth::ask(std::uint32_t lane, std::chrono::steady_clock::time_point now) {
  if (wanted_) return;
  if (lane >= not_before_.size()) not_before_.resize(lane + 1);
  const format::LaneHeader& header = region_.lane(lane);
  const std::uint64_t rings = header.ring_count.load(std::memory_order_acquire);
  const std::uint64_t bytes = detail::load(header.rings[rings - 1].slots) * sizeof(detail::Slot);
  const bool is_waiting =
      rings < format::kRingsPerLane && detail::load(header.rings[rings].slots) != 0;
  if (is_waiting || bytes >= ring_bytes_max_ || now < not_before_[lane]) return;
  wanted_ = {lane, std::min(bytes * 4, ring_bytes_max_) / sizeof(detail::Slot), now};
}

bool RingGrowth::step() noexcept {
  if (!wanted_) return false;
  if (!region_.populate_ahead(wanted_->slots * sizeof(detail::Slot))) return true;
  if (!region_.prepare_ring(wanted_->lane, wanted_->slots))
    not_before_[wanted_->lane] = wanted_->asked + kAgainAfter;
  wanted_.reset();
  return false;
}

}  // namespace nanospan::drain
