// Two threads on two cores: what a second recording thread costs the first, drain off.
#include "harness/machine.h"
#include "harness/pace.h"
#include "harness/partner.h"
#include "recording/comparison.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {
namespace {

constexpr std::size_t kOperations = 5 * kChunk;

}  // namespace

Figure measure_two_threads(const Effort& effort) {
  if (!has_two_cores()) return problem("Two threads need two cores.");
  const Session session(Drained::kNo);
  if (!session.problem().empty()) return problem(session.problem());
  Partner partner([] { (void)prepare_thread(); });
  const auto alone = [](const char* name, Loop loop) {
    return Side{name, [loop] { return ns_flat_out(loop, kOperations); }};
  };
  const auto both = [&partner](const char* name, Loop loop) {
    return Side{name, [&partner, loop] { return partner.run_both(loop, kOperations); }};
  };
  Figure figure;
  figure.rounds = measure_rounds(
      {alone("F", read_tick_pairs), alone("ours", record_spans),
       both("F, two threads", read_tick_pairs), both("ours, two threads", record_spans)},
      effort.rounds);
  figure.value = figure.rounds.of([](const auto& ns) { return (ns[3] / ns[1]) / (ns[2] / ns[0]); });
  return figure;
}

}  // namespace nanospan::bench
