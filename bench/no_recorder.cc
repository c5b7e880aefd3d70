// Instrumented code in a process in which no recorder was started: what everybody pays always.
#include "costs.h"
#include "pace.h"
#include "rulers.h"
#include "span_loops.h"

namespace nanospan::bench {

Figure measure_no_recorder(const Effort& effort) {
  Figure figure;
  figure.rounds = measure_rounds({{"F", [] { return ns_flat_out(read_tick_pairs); }},
                                  {"ours", [] { return ns_flat_out(record_spans, 20 * kChunk); }}},
                                 effort.rounds);
  figure.value = figure.rounds.side(1);
  figure.note = "the loop itself included";
  return figure;
}

}  // namespace nanospan::bench
