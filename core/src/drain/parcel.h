// Parcel: a batch on its way, and what is answered for with it.
//
// Threads: whoever has it. What it was read beside is counted, and its lanes are confirmed, in one
// checkpoint (format/checkpoint.h), so that a crash leaves a recoverer nothing to count twice.
#pragma once

#include <cstdint>

#include "base/pod_vector.h"
#include "decode/batch_builder.h"
#include "format/checkpoint.h"
#include "region/region.h"

namespace nanospan::drain {

// Where a lane's cursor stood when its batch was complete.
struct LaneMark {
  std::uint32_t lane = 0;
  format::LaneCheckpoint checkpoint;
};

// What was read beside the spans of a parcel.
struct ReadLosses {
  std::uint64_t overwritten = 0;
  std::uint64_t damaged = 0;
  std::uint64_t unexported = 0;
  std::uint64_t refused = 0;  // there was no memory for them

  [[nodiscard]] bool any() const noexcept {
    return (overwritten | damaged | unexported | refused) != 0;
  }
};

struct Parcel {
  decode::BatchBuilder spans;
  bool is_backlog = false;  // spans from elsewhere: nothing is counted or confirmed for them
  ReadLosses losses;
  base::PodVector<LaneMark> marks;
};

// What its spans count as: delivered, refused, unexported.
using ParcelOutcome = detail::Word format::RegionHeader::*;

// Stores the checkpoint behind `parcel`.
void answer_for(region::Region& region, const Parcel& parcel, ParcelOutcome outcome) noexcept;

}  // namespace nanospan::drain
