// The highest rate at which one writer and one drain lose nothing, ring grown to its maximum.
//
// Short runs climb a ladder of rates until one loses spans; then the long run, a step lower each
// time that it loses any.
#include <cstdio>

#include "pace.h"
#include "session.h"
#include "span_loops.h"

namespace nanospan::bench {
namespace {

constexpr double kRates[] = {5e6, 8e6, 10e6, 12e6, 15e6, 17.5e6, 20e6, 22.5e6, 25e6, 30e6, 35e6};

struct Run {
  double per_second = 0;  // reached
  std::uint64_t lost = 0;
};

Run run_at(Session& session, double per_second, double seconds) {
  session.flush();
  const std::uint64_t lost_before = session.lost();
  const auto spans = static_cast<std::size_t>(per_second * seconds);
  const std::uint64_t begin = detail::read_ticks();
  (void)ns_in_bursts(record_spans, {.per_second = per_second, .operations = spans});
  const double took = static_cast<double>(detail::read_ticks() - begin) * ns_per_tick() / 1e9;
  session.flush();
  return {static_cast<double>(spans) / took, session.lost() - lost_before};
}

}  // namespace

Figure measure_lossless_rate(const Effort& effort) {
  Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  session.settle_ring(20e6);
  Figure figure;
  session.begin_counting();
  std::size_t step = 0;
  const double climb_seconds = effort.quick ? 0.25 : 1;
  while (step + 1 < std::size(kRates) && run_at(session, kRates[step], climb_seconds).lost == 0)
    ++step;
  for (;; --step) {
    session.begin_counting();
    const Run run = run_at(session, kRates[step], effort.long_run_seconds);
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
