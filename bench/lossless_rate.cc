// The highest rate at which one writer and one drain lose nothing, ring grown to its maximum.
//
// Short runs climb a ladder of rates until one loses spans; then the long run, a step lower each
// time that it loses any.
#include "lossless_rate.h"

#include <cstdio>

#include "pace.h"
#include "span_loops.h"

namespace nanospan::bench {
namespace {

constexpr double kRates[] = {5e6, 8e6, 10e6, 12e6, 15e6, 17.5e6, 20e6, 22.5e6, 25e6, 30e6, 35e6};

}  // namespace

RateRun run_at(Session& session, Loop loop, double per_second, double seconds) {
  session.flush();
  const std::uint64_t lost_before = session.lost();
  const auto spans = static_cast<std::size_t>(per_second * seconds);
  const std::uint64_t begin = detail::read_ticks();
  (void)ns_in_bursts(loop, {.per_second = per_second, .operations = spans});
  const double took = static_cast<double>(detail::read_ticks() - begin) * ns_per_tick() / 1e9;
  session.flush();
  return {static_cast<double>(spans) / took, session.lost() - lost_before};
}

std::size_t climb_rates(Session& session, Loop loop, std::span<const double> rates,
                        double seconds) {
  std::size_t step = 0;
  while (step + 1 < rates.size() && run_at(session, loop, rates[step], seconds).lost == 0) ++step;
  return step;
}

Figure measure_lossless_rate(const Effort& effort) {
  Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  session.settle_ring(20e6);
  Figure figure;
  session.begin_counting();
  std::size_t step = climb_rates(session, record_spans, kRates, effort.quick ? 0.25 : 1);
  for (;; --step) {
    session.begin_counting();
    const RateRun run = run_at(session, record_spans, kRates[step], effort.long_run_seconds);
    figure.samples = {kRates[step] / 1e6, run.per_second / 1e6, static_cast<double>(run.lost)};
    const double reached = run.per_second / 1e6;
    figure.value = {reached, reached, reached};
    if (run.lost == 0 || step == 0) break;
  }
  session.finish_counting(figure);
  char note[80];
  std::snprintf(note, sizeof(note), "%.0f s; ring of %.2f MiB", effort.long_run_seconds,
                static_cast<double>(session.ring_bytes()) / (1u << 20));
  figure.note = note;
  return figure;
}

}  // namespace nanospan::bench
