// The current context into the headers of a request, and a context out of them.
//
// Headers are one buffer, so that no map's cost hides the context's. What misleads: a real carrier
// allocates its text, and costs several times what stands here.
#include "harness/pace.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {
namespace {

Figure time_contexts(Loop loop, const Effort& effort) {
  const Session session(Drained::kNo);
  if (!session.problem().empty()) return problem(session.problem());
  NANOSPAN_SCOPE(request, "request");
  Figure figure;
  figure.rounds = measure_rounds({{"F", [] { return ns_flat_out(read_tick_pairs); }},
                                  {"ours", [loop] { return ns_flat_out(loop); }}},
                                 effort.rounds);
  figure.value = figure.rounds.side(1);
  return figure;
}

}  // namespace

Figure measure_inject(const Effort& effort) {
  return time_contexts(inject_contexts, effort);
}

Figure measure_extract(const Effort& effort) {
  return time_contexts(extract_contexts, effort);
}

Figure measure_propagate(const Effort& effort) {
  return time_contexts(propagate_contexts, effort);
}

}  // namespace nanospan::bench
