// nanospan cost: what instrumentation costs on this machine, in an executable and in a library.
#pragma once

#include "command/command.h"
#include "cost/cost_loops.h"

namespace nanospan::tools {

struct CostOptions : CommonOptions {
  double seconds = 10;
  const CostLoops* loops = nullptr;  // those of the executable
};

[[nodiscard]] int run_cost(const CostOptions& options);

}  // namespace nanospan::tools
