// The rows of spans flat out and paced, with the drain: ratios to R, and their percentiles.
//
// Threads: the writer's.
#pragma once

#include <span>

#include "harness/cost.h"

namespace nanospan::bench {

[[nodiscard]] std::span<const Cost> tail_rows();

}  // namespace nanospan::bench
