// RingGrowth: a larger ring for a lane whose writer outruns its reader, made piece by piece.
//
// To back memory takes up to 3 µs a page: while the largest ring is made in one go, its writer
// fills the one that it has a few times over. So the rings are read between the pieces.
// Threads: the drain's alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/pod_vector.h"
#include "region/region.h"

namespace nanospan::drain {

class RingGrowth {
 public:
  RingGrowth(region::Region& region, std::uint64_t ring_bytes_max) noexcept
      : region_(region), ring_bytes_max_(ring_bytes_max) {}

  // Four times the ring of a lane, up to the limit. One lane at a time: who is left out asks at the
  // next pass. One that was refused is not made for a second: asking takes the region's lock, and
  // each refusal is counted. Throws std::bad_alloc.
  void ask(std::uint32_t lane, std::chrono::steady_clock::time_point now);
  // One piece of what was asked for. True: there are more.
  bool step() noexcept;

 private:
  struct Wanted {
    std::uint32_t lane;
    std::uint64_t slots;
    std::chrono::steady_clock::time_point asked;
  };
  region::Region& region_;
  const std::uint64_t ring_bytes_max_;
  std::optional<Wanted> wanted_;
  base::PodVector<std::chrono::steady_clock::time_point> not_before_;  // by lane
};

}  // namespace nanospan::drain
