// Comparison: a loop against F and R, the three in turn, under one recorder.
//
// Threads: the writer's.
#pragma once

#include "harness/cost.h"
#include "harness/pace.h"

namespace nanospan::bench {

// Nothing reads; flat out; the value is over F.
[[nodiscard]] Figure compare_alone(Loop loop, const Effort& effort);
// The drain encodes on the other core; in bursts at 10 M/s; the value is over R.
[[nodiscard]] Figure compare_drained(Loop loop, const Effort& effort);
// As compare_drained, the loop of spans in another module and that of this program: by how much it
// costs more there, over R.
[[nodiscard]] Figure compare_places(const char* name, Loop elsewhere, const Effort& effort);

}  // namespace nanospan::bench
