// RingGrowth: a larger ring for a lane whose writer outruns its reader, made piece by piece.
//
// To back memory takes up to 3 µs a page: while the largest ring is made in one go, its writer
// fills the one that it has a few times over. So the rings are read between the pieces.
// Threads: the drain's alone.
#pragma once

#include <chrono>
#include <cstdint>

#include "region/region.h"

namespace nanospan::drain {

class RingGrowth {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  RingGrowth(region::Region& region, std::uint64_t ring_bytes_max) noexcept
      : region_(region), ring_bytes_max_(ring_bytes_max) {}

  enum class Need { kSpans, kRest };

  // Four times the ring of a lane, up to the limit. One lane at a time: who is left out asks at the
  // next pass. Refused, nobody gets one for a second: asking takes the region's lock, and each
  // refusal is counted. Where no span is in danger (kRest), no more than 1 MiB, which the writer's
  // caches bear, and as long as three quarters of the budget are left to others.
  void ask(std::uint32_t lane, SteadyTime now, Need need = Need::kSpans) noexcept;
  // One piece of what was asked for. True: there are more.
  bool step() noexcept;

 private:
  region::Region& region_;
  const std::uint64_t ring_bytes_max_;
  std::uint32_t lane_ = 0;
  std::uint64_t slots_ = 0;  // of the ring that it is to have; 0: nobody has asked
  SteadyTime not_before_{};
};

}  // namespace nanospan::drain
