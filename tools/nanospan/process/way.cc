#include "process/way.h"

#include <algorithm>

namespace nanospan::tools {

Way::Way(const decode::RegionReader& reader) : reader_(reader) {
  for (std::uint32_t index = 0; index < reader.lane_count(); ++index) {
    const auto* const lane = reader.view().lane(index);
    std::uint64_t held = 0;
    for (std::uint32_t i = 0; lane != nullptr && i < reader.view().ring_count(*lane); ++i)
      if (const auto ring = reader.view().ring(*lane, i)) held += ring->slot_count;
    const std::uint64_t end =
        lane == nullptr ? 0 : lane->counters.position.load(std::memory_order_relaxed);
    // What was overwritten is no way: a reader jumps over it.
    const std::uint64_t begin = std::max(reader.lane_position(index), end - std::min(end, held));
    lanes_.push_back({begin, std::max(begin, end)});
    total_ += lanes_.back().end - begin;
  }
}

std::uint64_t Way::done() const noexcept {
  std::uint64_t done = 0;
  for (std::uint32_t index = 0; index < lanes_.size(); ++index) {
    const Lane& lane = lanes_[index];
    done += std::clamp(reader_.lane_position(index), lane.begin, lane.end) - lane.begin;
  }
  return done;
}

}  // namespace nanospan::tools
