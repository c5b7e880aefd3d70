#include "tails/tail_run.h"

#include <map>

#include "harness/pace.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"

namespace nanospan::bench {
namespace {

using Ticks = std::vector<std::uint64_t>;

// Each side begins with an empty ring, and with spans that bring the drain up to its pace.
double take_flat_out(Session& session, Loop loop, bool quick, Ticks& ticks) {
  constexpr std::size_t kLeadIn = 200'000, kSingles = 50'000;
  session.flush();
  loop(kLeadIn);
  const double ns = ns_flat_out(loop, quick ? 200'000 : 1'000'000);
  ticks.resize(kSingles);
  time_one_at_a_time(loop, 0, ticks);
  return ns;
}

// The mean of the lowest 99 %.
double take_paced(Loop loop, unsigned period_ns, bool quick, Ticks& ticks) {
  const double chunk_ns = quick                 ? 20e6
                          : period_ns <= 1'000  ? 50e6
                          : period_ns <= 10'000 ? 1e8
                                                : 4e8;
  ticks.resize(static_cast<std::size_t>(chunk_ns / period_ns));
  time_one_at_a_time(loop, period_ns, ticks);
  return mean_of_lowest_ns(ticks);
}

TailRun measure_run(unsigned period_ns, const Effort& effort) {
  TailRun run;
  Session session(Drained::kYes);
  run.problem = session.problem();
  if (!run.problem.empty()) return run;
  session.settle_ring(Pace{}.per_second);
  const auto side = [&](const char* name, Loop loop) {
    return TimedSide{name, [&, loop](Ticks& ticks) {
                       return period_ns == kFlatOut
                                  ? take_flat_out(session, loop, effort.quick, ticks)
                                  : take_paced(loop, period_ns, effort.quick, ticks);
                     }};
  };
  RoundLimits limits = effort.rounds;
  limits.rounds_max = 4 * limits.valid_min;
  limits.alternates = true;
  session.begin_counting();
  run.timed = measure_timed_rounds({{"F", [](Ticks&) { return ns_flat_out(read_tick_pairs); }},
                                    side("R", publish_bare_slots),
                                    side("ours", record_spans),
                                    side("4 attributes", record_spans_with_attributes),
                                    side("R again", publish_bare_slots),
                                    side("empty", do_nothing)},
                                   limits);
  session.finish_counting(run.delivery);
  return run;
}

}  // namespace

double TailRun::net_ns(Side side, double q, const Draw& draw) const {
  return timed.percentile_ns(side, q, draw) - timed.percentile_ns(kEmpty, 0.5, draw);
}

const TailRun& tail_run(unsigned period_ns, const Effort& effort) {
  static std::map<unsigned, TailRun> runs;
  const auto found = runs.find(period_ns);
  if (found != runs.end()) return found->second;
  return runs[period_ns] = measure_run(period_ns, effort);
}

}  // namespace nanospan::bench
