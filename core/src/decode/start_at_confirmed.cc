#include "decode/region_reader.h"
#include "format/checkpoint.h"

namespace nanospan::decode {

// Here, so that a program that recovers nothing does not link it.
void RegionReader::start_at_confirmed() {
  find_new_lanes();
  for (std::uint32_t index = 0; index < lane_count(); ++index) {
    const format::LaneHeader* const lane = view_.lane(index);
    if (lane == nullptr) continue;
    const auto checkpoint = format::load_checkpoint(view_.header(), *lane);
    start_lane_at(index, checkpoint.position, checkpoint.records);
  }
}

}  // namespace nanospan::decode
