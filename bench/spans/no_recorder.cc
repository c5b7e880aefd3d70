// Instrumented code in a process in which no recorder was started: what everybody pays always.
#include "harness/pace.h"
#include "recording/rulers.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {
namespace {

constexpr std::size_t kOperations = 20 * kChunk;

}  // namespace

Figure measure_no_recorder(const Effort& effort) {
  Figure figure;
  figure.rounds =
      measure_rounds({{"F", [] { return ns_flat_out(read_tick_pairs); }},
                      {"ours", [] { return ns_flat_out(record_spans, kOperations); }},
                      {"empty loop", [] { return ns_flat_out(do_nothing, kOperations); }}},
                     effort.rounds);
  figure.value = figure.rounds.of([](const auto& ns) { return ns[1] - ns[2]; });
  return figure;
}

}  // namespace nanospan::bench
