#include "drain/pacing.h"

#include <algorithm>
#include <utility>

namespace nanospan::drain {

void Pacing::add(const LaneLoad& lane) noexcept {
  if (lane.ring_slots == 0) return;
  fullest_ = std::max(
      fullest_, static_cast<double>(lane.slots_written) / static_cast<double>(lane.ring_slots));
}

std::chrono::nanoseconds Pacing::next_sleep(std::chrono::nanoseconds elapsed) noexcept {
  constexpr double kShare = 3.0 / 16;
  std::chrono::nanoseconds wanted = elapsed * 2;
  if (fullest_ > 0) {
    const double fill_ns = static_cast<double>(elapsed.count()) * kShare / fullest_;
    const auto longest = static_cast<double>(limits_.idle_max.count());
    wanted = std::min(
        wanted, std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(fill_ns, longest))));
  }
  fullest_ = 0;
  if (wanted > limits_.idle_max / 2)
    short_sleeps_ = 0;
  else
    ++short_sleeps_;
  if (std::exchange(hurries_, false)) wanted = limits_.busy_min;
  return std::clamp(wanted, limits_.busy_min, limits_.idle_max);
}

}  // namespace nanospan::drain
