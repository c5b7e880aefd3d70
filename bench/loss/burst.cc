// Bursts out of silence: as fast as the loop goes, when nothing was recorded for so long that the
// drain sleeps as long as it ever does. What a ring doesn't hold until the drain wakes is lost.
//
// The silence before each repetition ends at another moment of the drain's sleep, so that the worst
// is among them. The ring has its size from the start: growth would come after the first burst.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "loss/loss_costs.h"
#include "nanospan/detail/layout.h"
#include "recording/session.h"
#include "recording/span_loops.h"

namespace nanospan::bench {
namespace {

constexpr double kRings[] = {0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 4, 8};
constexpr double kRingsQuick[] = {1, 2};

struct Absorbed {
  std::string problem;
  Series series;         // burst, median and most of what was lost
  double spans_max = 0;  // the longest burst before the first that lost any
  std::uint64_t exported = 0, lost = 0;
};

double lost_of_burst(Session& session, std::size_t spans, std::chrono::milliseconds silence) {
  std::this_thread::sleep_for(silence);
  const std::uint64_t before = session.lost();
  record_spans(spans);
  session.flush();
  return static_cast<double>(session.lost() - before);
}

std::vector<double> lost_of_bursts(Session& session, std::size_t spans, unsigned repetitions) {
  // A flush wakes the drain; it sleeps twice as long each time, so it takes two of its longest
  // sleeps to get there. The repetitions are spread over one.
  const auto sleep = DrainSettings{}.idle_sleep_max;
  std::vector<double> lost;
  for (unsigned i = 0; i < repetitions; ++i)
    lost.push_back(lost_of_burst(session, spans, 3 * sleep + i * sleep / repetitions));
  return lost;
}

Absorbed absorb(std::size_t ring_bytes, Drained drained, const Effort& effort) {
  Absorbed absorbed;
  RecorderOptions options;
  options.ring_bytes_initial = options.ring_bytes_max = ring_bytes;
  Session session(drained, std::move(options));
  absorbed.problem = session.problem();
  if (absorbed.problem.empty() && session.ring_bytes() != ring_bytes)
    absorbed.problem = "The recorder gave a ring of another size.";
  if (!absorbed.problem.empty()) return absorbed;
  const std::size_t slots = ring_bytes / sizeof(detail::Slot);
  record_spans(slots);  // each page and line was touched before
  session.begin_counting();
  const bool own = drained == Drained::kYes;
  absorbed.series = {own ? "drain on a core of its own" : "drain on the writer's core",
                     {"burst_spans", "lost_median", "lost_max"},
                     {}};
  bool has_lost = false;
  const auto rings = effort.quick ? std::span<const double>(kRingsQuick) : kRings;
  for (const double of_ring : rings) {
    const auto spans = static_cast<std::size_t>(of_ring * static_cast<double>(slots));
    const std::vector<double> lost = lost_of_bursts(session, spans, effort.quick ? 1 : 5);
    const double most = *std::max_element(lost.begin(), lost.end());
    absorbed.series.points.push_back({static_cast<double>(spans), spread_of(lost).median, most});
    has_lost = has_lost || most > 0;
    if (!has_lost) absorbed.spans_max = static_cast<double>(spans);
  }
  Figure counts;
  session.finish_counting(counts);
  absorbed.exported = counts.exported;
  absorbed.lost = counts.lost;
  return absorbed;
}

}  // namespace

Figure measure_burst(std::size_t ring_bytes, const Effort& effort) {
  const Absorbed own = absorb(ring_bytes, Drained::kYes, effort);
  if (!own.problem.empty()) return problem(own.problem);
  const Absorbed shared = absorb(ring_bytes, Drained::kOnWritersCore, effort);
  if (!shared.problem.empty()) return problem(shared.problem);
  Figure figure;
  figure.value = {own.spans_max, own.spans_max, own.spans_max};
  figure.series = {own.series, shared.series};
  figure.has_delivery = true;
  figure.exported = own.exported + shared.exported;
  figure.lost = own.lost + shared.lost;
  char note[96];
  std::snprintf(note, sizeof(note), "%.2f rings; with the drain on the writer's core %.0f",
                own.spans_max * sizeof(detail::Slot) / static_cast<double>(ring_bytes),
                shared.spans_max);
  figure.note = note;
  return figure;
}

}  // namespace nanospan::bench
