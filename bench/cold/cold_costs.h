// The rows of spans after a walk through memory, less the same walk alone.
//
// Threads: the writer's.
#pragma once

#include <span>

#include "harness/cost.h"

namespace nanospan::bench {

[[nodiscard]] std::span<const Cost> cold_rows();

}  // namespace nanospan::bench
