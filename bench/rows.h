// All rows, in the order in which they are measured.
//
// Threads: the writer's.
#pragma once

#include <span>

#include "harness/cost.h"

namespace nanospan::bench {

[[nodiscard]] std::span<const Cost> all_rows();

}  // namespace nanospan::bench
