#include "recording/comparison.h"

#include "harness/pace.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"

namespace nanospan::bench {
namespace {

Side flat_out(const char* name, Loop loop) {
  return {name, [loop] { return ns_flat_out(loop); }};
}
Side in_bursts(const char* name, Loop loop) {
  return {name, [loop] { return ns_in_bursts(loop, Pace{}); }};
}

RoundLimits alternating(RoundLimits limits) {
  limits.alternates = true;
  return limits;
}

}  // namespace

Figure compare_alone(Loop loop, const Effort& effort) {
  const Session session(Drained::kNo);
  if (!session.problem().empty()) return problem(session.problem());
  Figure figure;
  figure.rounds = measure_rounds(
      {flat_out("F", read_tick_pairs), flat_out("R", publish_bare_slots), flat_out("ours", loop)},
      alternating(effort.rounds));
  figure.value = figure.rounds.of([](const auto& ns) { return ns[2] / ns[0]; });
  return figure;
}

Figure compare_drained(Loop loop, const Effort& effort) {
  Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  session.settle_ring(Pace{}.per_second);
  session.begin_counting();
  Figure figure;
  figure.rounds = measure_rounds(
      {flat_out("F", read_tick_pairs), in_bursts("R", publish_bare_slots), in_bursts("ours", loop)},
      alternating(effort.rounds));
  figure.value = figure.rounds.of([](const auto& ns) { return ns[2] / ns[1]; });
  session.finish_counting(figure);
  return figure;
}

Figure compare_places(const char* name, Loop elsewhere, const Effort& effort) {
  Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  session.settle_ring(Pace{}.per_second);
  session.begin_counting();
  Figure figure;
  figure.rounds =
      measure_rounds({flat_out("F", read_tick_pairs), in_bursts("R", publish_bare_slots),
                      in_bursts("here", record_spans), in_bursts(name, elsewhere)},
                     alternating(effort.rounds));
  figure.value = figure.rounds.of([](const auto& ns) { return (ns[3] - ns[2]) / ns[1]; });
  session.finish_counting(figure);
  return figure;
}

}  // namespace nanospan::bench
