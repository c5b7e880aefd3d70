// Comparison: a loop against F and R, the three in turn, under one recorder.
//
// Threads: the writer's.
#pragma once

#include <cstddef>

#include "costs.h"

namespace nanospan::bench {

using Loop = void (*)(std::size_t operations);

// Nothing reads; flat out; the value is over F.
[[nodiscard]] Figure compare_alone(Loop loop, const Effort& effort);
// The drain encodes on the other core; in bursts at 10 M/s; the value is over R.
[[nodiscard]] Figure compare_drained(Loop loop, const Effort& effort);
// The drain encodes; one operation each `period_ns`; the value is over R, both less an empty
// bracket.
[[nodiscard]] Figure compare_one_at_a_time(double period_ns, const Effort& effort);

}  // namespace nanospan::bench
