// The highest rate at which one writer and one drain lose nothing, ring grown to its maximum.
//
// Short runs climb a ladder of rates until one loses spans; then the long run, a step lower each
// time that it loses any.
#include <cstdio>

#include "loss/loss_costs.h"
#include "recording/rate_run.h"
#include "recording/span_loops.h"

namespace nanospan::bench {
namespace {

Series plot_of(std::span<const double> rates, const std::vector<RateRun>& runs, double seconds) {
  Series series{"climb", {"asked_per_second", "reached_per_second", "lost", "seconds"}, {}};
  for (std::size_t i = 0; i < runs.size(); ++i)
    series.points.push_back(
        {rates[i], runs[i].per_second, static_cast<double>(runs[i].lost), seconds});
  return series;
}

Figure measure(Loop loop, std::span<const double> rates, const Effort& effort) {
  Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  session.settle_ring(20e6);
  Figure figure;
  session.begin_counting();
  const double short_seconds = effort.quick ? 0.1 : 1;
  std::vector<RateRun> runs;
  std::size_t step = climb_rates(session, loop, rates, short_seconds, &runs);
  figure.series = {plot_of(rates, runs, short_seconds)};
  for (;; --step) {
    session.begin_counting();
    const RateRun run = run_at(session, loop, rates[step], effort.long_run_seconds);
    figure.samples = {rates[step] / 1e6, run.per_second / 1e6, static_cast<double>(run.lost)};
    const double reached = run.per_second / 1e6;
    figure.value = {reached, reached, reached};
    if (run.lost == 0 || step == 0) break;
  }
  session.finish_counting(figure);
  char note[120];
  std::snprintf(note, sizeof(note), "%.2g s; ring of %.2f MiB; climbing, %s at %.1f M/s",
                effort.long_run_seconds, static_cast<double>(session.ring_bytes()) / (1u << 20),
                runs.back().lost != 0 ? "the first loss came" : "nothing was lost",
                runs.back().per_second / 1e6);
  figure.note = note;
  return figure;
}

}  // namespace

Figure measure_lossless_rate(const Effort& effort) {
  constexpr double kRates[] = {5e6, 8e6, 10e6, 12e6, 15e6, 17.5e6, 20e6, 22.5e6, 25e6, 30e6, 35e6};
  return measure(record_spans, kRates, effort);
}

Figure measure_lossless_four_attributes(const Effort& effort) {
  constexpr double kRates[] = {1e6, 2e6, 3e6, 4e6, 5e6, 6e6, 7e6, 8e6, 10e6, 12e6, 15e6};
  return measure(record_spans_with_attributes, kRates, effort);
}

}  // namespace nanospan::bench
