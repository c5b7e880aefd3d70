// A callsite that is switched off while a recorder runs.
#include "harness/pace.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {
namespace {

constexpr std::size_t kOperations = 20 * kChunk;

}  // namespace

Figure measure_switched_off(const Effort& effort) {
  const Session session(Drained::kNo);
  if (!session.problem().empty()) return problem(session.problem());
  switched_off_site.state.store(detail::kCallsiteOff, std::memory_order_relaxed);
  Figure figure;
  figure.rounds =
      measure_rounds({{"F", [] { return ns_flat_out(read_tick_pairs); }},
                      {"ours", [] { return ns_flat_out(start_switched_off, kOperations); }},
                      {"empty loop", [] { return ns_flat_out(do_nothing, kOperations); }}},
                     effort.rounds);
  figure.value = figure.rounds.of([](const auto& ns) { return ns[1] - ns[2]; });
  return figure;
}

}  // namespace nanospan::bench
