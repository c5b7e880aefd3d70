// An event without attributes: what it adds to its span beyond the tick that it reads.
//
// Measured as the difference between a span with events and one without, so that what the end of
// the span pays for copying them counts too.
#include <cstdio>

#include "harness/pace.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {
namespace {

template <unsigned kEvents>
Side side_with_events(const char* name) {
  return {name, [] { return ns_flat_out(record_spans_with_events<kEvents>); }};
}

}  // namespace

Figure measure_event(const Effort& effort) {
  const Session session(Drained::kNo);
  if (!session.problem().empty()) return problem(session.problem());
  Figure figure;
  figure.rounds = measure_rounds({{"F", [] { return ns_flat_out(read_tick_pairs); }},
                                  side_with_events<0>("no event"),
                                  side_with_events<4>("4 events"),
                                  side_with_events<1>("1 event")},
                                 effort.rounds);
  figure.value = figure.rounds.of([](const auto& ns) { return (ns[2] - ns[1]) / 4 - ns[0] / 2; });
  const double only_one =
      figure.rounds.of([](const auto& ns) { return ns[3] - ns[1] - ns[0] / 2; }).median;
  char note[80];
  std::snprintf(note, sizeof(note), "mean of 4 a span; the first of a span costs %.1f", only_one);
  figure.note = note;
  return figure;
}

}  // namespace nanospan::bench
