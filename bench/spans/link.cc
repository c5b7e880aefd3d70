// A link without attributes: what it adds to its span, at the link and when the span ends.
#include "harness/pace.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {

Figure measure_link(const Effort& effort) {
  const Session session(Drained::kNo);
  if (!session.problem().empty()) return problem(session.problem());
  Figure figure;
  figure.rounds = measure_rounds({{"F", [] { return ns_flat_out(read_tick_pairs); }},
                                  {"no link", [] { return ns_flat_out(record_spans); }},
                                  {"1 link", [] { return ns_flat_out(record_spans_with_link); }}},
                                 effort.rounds);
  figure.value = figure.rounds.of([](const auto& ns) { return ns[2] - ns[1]; });
  return figure;
}

}  // namespace nanospan::bench
