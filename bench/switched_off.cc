// A callsite that is switched off while a recorder runs.
#include "nanospan/span.h"
#include "pace.h"
#include "rulers.h"
#include "session.h"

namespace nanospan::bench {
namespace {

constinit detail::Callsite off_site{"off", {}, __FILE__, __LINE__, "start_switched_off"};

[[gnu::noinline]] void start_switched_off(std::size_t spans) {
  for (std::size_t i = 0; i < spans; ++i) {
    const ScopedSpan span(off_site);
  }
}

}  // namespace

Figure measure_switched_off(const Effort& effort) {
  const Session session(Drained::kNo);
  if (!session.problem().empty()) return problem(session.problem());
  off_site.state.store(detail::kCallsiteOff, std::memory_order_relaxed);
  Figure figure;
  figure.rounds =
      measure_rounds({{"F", [] { return ns_flat_out(read_tick_pairs); }},
                      {"ours", [] { return ns_flat_out(start_switched_off, 20 * kChunk); }}},
                     effort.rounds);
  figure.value = figure.rounds.side(1);
  figure.note = "the loop itself included";
  return figure;
}

}  // namespace nanospan::bench
