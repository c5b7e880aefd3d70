// Comparison: a loop against F and R, the three in turn, under one recorder.
//
// Threads: the writer's.
#pragma once

#include "costs.h"
#include "pace.h"

namespace nanospan::bench {

// Nothing reads; flat out; the value is over F.
[[nodiscard]] Figure compare_alone(Loop loop, const Effort& effort);
// The drain encodes on the other core; in bursts at 10 M/s; the value is over R.
[[nodiscard]] Figure compare_drained(Loop loop, const Effort& effort);

}  // namespace nanospan::bench
