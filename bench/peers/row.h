// Row: all peers in one setting, in the same rounds, held against the floor and the least recorder.
//
// Threads: the writer's of the runner, pinned. A peer that fails in the middle is dropped from the
// row; the others are not measured anew.
#pragma once

#include <string>
#include <vector>

#include "harness/rounds.h"
#include "peers/measure.h"
#include "peers/peer_process.h"
#include "peers/settings.h"

namespace nanospan::bench::peers {

// ns of one span. Percentiles are of all valid rounds together, less the median of an empty
// bracket; NaN: there are none.
struct Percentiles {
  double p50 = 0, p99 = 0, p99_9 = 0;
};

struct RowSide {
  std::size_t peer = 0;  // its index
  std::string problem;   // not empty: the rest is nothing
  Spread ns;             // as the setting defines it
  Interval interval;     // of the median
  Spread over_floor;     // times F, in each round
  Spread over_least;     // times R, in each round; NaN: R has none of these
  Percentiles percentiles;
  LengthCounts lengths;  // as they were timed, brackets included
  Delivery delivery;     // of this row, the warm-up's excluded
};

struct Row {
  const Setting* setting = nullptr;
  Rounds rounds;  // F, the empty loop, then `sides`
  LengthCounts empty;
  Spread walk_ns;  // the walk alone, in the runner; 0: there is none
  std::vector<RowSide> sides;
};

// `peers[0]` is the least recorder.
[[nodiscard]] Row measure_row(const Setting& setting, std::vector<PeerProcess>& peers,
                              RoundLimits limits);

}  // namespace nanospan::bench::peers
