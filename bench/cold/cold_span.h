// ColdRun: so many bytes read between two spans, against the same walk without them.
//
// Threads: the writer's.
#pragma once

#include <cstddef>
#include <string>

#include "harness/cost.h"
#include "harness/rounds.h"

namespace nanospan::bench {

struct ColdRun {
  // Places in a round. A side's ns are the median of its chunk: a walk and what stands behind it.
  enum Side : unsigned { kFloor, kWalk, kLeast, kPlain, kFourAttributes, kWalkAgain };

  std::string problem;  // not empty: the rest is nothing
  Rounds rounds;
  Figure delivery;
};

// Measured once for each size; all rows of it take theirs from there.
[[nodiscard]] const ColdRun& cold_run(std::size_t walked_bytes, const Effort& effort);

}  // namespace nanospan::bench
