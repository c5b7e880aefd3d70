// nanospan_cost.so: the loops of `nanospan cost` once more, in a shared library.
#include "cost/cost_loops.h"

extern "C" __attribute__((visibility("default"))) const nanospan::tools::CostLoops*
nanospan_cost_library_loops() {
  return &nanospan::tools::cost_loops();
}
