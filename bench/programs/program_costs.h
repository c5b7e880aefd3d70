// The rows of programs that are not ours: SQLite and LevelDB, as Debian builds them.
//
// Threads: the writer's. Where a program's package was not there to build with, a row says so.
#pragma once

#include <span>

#include "harness/cost.h"

namespace nanospan::bench {

[[nodiscard]] std::span<const Cost> program_rows();

// What is more with a span, in % of an operation, asked of as many processes as there are pairs.
[[nodiscard]] Figure measure_program(const char* row, const Effort& effort);

}  // namespace nanospan::bench
