// What Dapper's paper measures of its library, with the drain running: 204 ns a root span, 176 a
// child, 9 an annotation of an unsampled span and 40 of a sampled one. Its annotation is a text
// with a time: our event.
#include <vector>

#include "harness/pace.h"
#include "recipes/recipe_costs.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"

namespace nanospan::bench {
namespace {

constexpr std::size_t kAnnotationsOfSpan = 4;

template <std::size_t kAnnotations>
[[gnu::noinline]] void record_annotated(std::size_t spans) {
  static constinit Key annotation{"cache.miss"};
  for (std::size_t i = 0; i < spans; ++i) {
    NANOSPAN_SCOPE(span, "work");
    for (std::size_t n = 0; n < kAnnotations; ++n) span.add_event(annotation);
  }
}

template <typename Work>
Side in_bursts(const char* name, Work work, const Pace& pace = {}) {
  return {name, [work, pace] { return ns_in_bursts(work, pace); }};
}
Side floor_side() {
  return {"F", [] { return ns_flat_out(read_tick_pairs); }};
}

template <typename Value>
void judge_by(Figure& figure, Value&& value) {
  figure.value = figure.rounds.of(value);
  figure.interval = interval_of_median(figure.rounds.values(value));
}
double of_ours(const std::vector<double>& ns) {
  return ns[1];
}

Figure measure_drained(Session& session, const Effort& effort) {
  Figure figure;
  figure.rounds = measure_rounds({floor_side(), in_bursts("ours", record_spans)}, effort.rounds);
  judge_by(figure, of_ours);
  session.finish_counting(figure);
  return figure;
}

}  // namespace

Figure measure_dapper_root(const Effort& effort) {
  Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  session.settle_ring(Pace{}.per_second);
  session.begin_counting();
  return measure_drained(session, effort);
}

Figure measure_dapper_child(const Effort& effort) {
  Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  session.settle_ring(Pace{}.per_second);
  session.begin_counting();
  NANOSPAN_SCOPE(root, "root");
  return measure_drained(session, effort);
}

Figure measure_dapper_annotation_sampled(const Effort& effort) {
  Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  session.settle_ring(Pace{}.per_second);
  session.begin_counting();
  // A quarter of the rate: a span with its annotations takes more of the ring.
  const Pace pace{.per_second = 2.5e6, .operations = 25'000};
  Figure figure;
  figure.rounds =
      measure_rounds({floor_side(), in_bursts("no annotation", record_annotated<0>, pace),
                      in_bursts("4 annotations", record_annotated<kAnnotationsOfSpan>, pace)},
                     effort.rounds);
  judge_by(figure, [](const auto& ns) { return (ns[2] - ns[1]) / kAnnotationsOfSpan; });
  session.finish_counting(figure);
  return figure;
}

Figure measure_dapper_annotation_unsampled(const Effort& effort) {
  const Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  const SpanContext remote{{1, 2}, {3}, {0}, true};  // valid, not sampled
  const ContextScope caller{Context(remote)};
  NANOSPAN_SCOPE(span, "request");
  if (span.is_recording()) return problem("A child of an unsampled parent was recorded.");
  static constinit Key annotation{"cache.miss"};
  const auto annotate = [&span](std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) span.add_event(annotation);
  };
  Figure figure;
  figure.rounds = measure_rounds(
      {floor_side(), {"ours", [&] { return ns_flat_out(annotate, 4 * kChunk); }}}, effort.rounds);
  judge_by(figure, of_ours);
  return figure;
}

}  // namespace nanospan::bench
