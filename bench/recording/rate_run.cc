#include "recording/rate_run.h"

namespace nanospan::bench {

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

std::size_t climb_rates(Session& session, Loop loop, std::span<const double> rates, double seconds,
                        std::vector<RateRun>* runs) {
  for (std::size_t step = 0;; ++step) {
    const RateRun run = run_at(session, loop, rates[step], seconds);
    if (runs != nullptr) runs->push_back(run);
    if (run.lost != 0 || step + 1 == rates.size()) return step;
  }
}

}  // namespace nanospan::bench
