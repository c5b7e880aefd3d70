// TailRun: spans without and with four attributes against F and R in the same rounds, with the
// drain, at one pace; each span timed alone as well, so that there are percentiles. R is there
// twice: its second against its first says what ratio the run can't tell from 1.
//
// Threads: the writer's.
#pragma once

#include <string>

#include "harness/cost.h"
#include "harness/timed_rounds.h"

namespace nanospan::bench {

inline constexpr unsigned kFlatOut = 0;  // for a period: as fast as the loop goes

struct TailRun {
  // Places in a round.
  enum Side : unsigned { kFloor, kLeast, kPlain, kFourAttributes, kLeastAgain, kEmpty };

  std::string problem;  // not empty: the rest is nothing
  TimedRounds timed;
  Figure delivery;  // exported and lost, of all sides

  // What a side's operation takes, less the median of an empty bracket; pooled over `draw`.
  [[nodiscard]] double net_ns(Side side, double q, const Draw& draw) const;
};

// Measured once for each period; all rows of it take theirs from there.
[[nodiscard]] const TailRun& tail_run(unsigned period_ns, const Effort& effort);

}  // namespace nanospan::bench
