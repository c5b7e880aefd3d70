// A child of a trace that the caller decided not to record.
#include "harness/pace.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {

Figure measure_unrecorded_child(const Effort& effort) {
  const Session session(Drained::kNo);
  if (!session.problem().empty()) return problem(session.problem());
  const SpanContext remote{{1, 2}, {3}, {0}, true};  // valid, not sampled
  const ContextScope caller{Context(remote)};
  NANOSPAN_SCOPE(request, "request");
  const std::uint64_t records = detail::tls_lane->records;
  Figure figure;
  if (request.is_recording()) return problem("A child of an unsampled parent was recorded.");
  figure.rounds = measure_rounds({{"F", [] { return ns_flat_out(read_tick_pairs); }},
                                  {"ours", [] { return ns_flat_out(record_spans, 4 * kChunk); }}},
                                 effort.rounds);
  figure.value = figure.rounds.side(1);
  if (detail::tls_lane->records != records)
    return problem("Children of an unsampled parent were recorded.");
  return figure;
}

}  // namespace nanospan::bench
