#include "harness/timed_rounds.h"

#include <utility>

#include "harness/machine.h"

namespace nanospan::bench {

Draw TimedRounds::valid() const {
  Draw valid;
  for (std::size_t i = 0; i < rounds.is_void.size(); ++i)
    if (!rounds.is_void[i]) valid.push_back(i);
  return valid;
}

double TimedRounds::percentile_ns(std::size_t side, double q, const Draw& draw) const {
  return percentile(pool(lengths[side], draw), q) * ns_per_tick();
}

TimedRounds measure_timed_rounds(const std::vector<TimedSide>& sides, RoundLimits limits) {
  TimedRounds timed;
  timed.lengths.resize(sides.size());
  std::vector<std::uint64_t> ticks;
  std::vector<Side> plain;
  for (std::size_t i = 0; i < sides.size(); ++i)
    plain.push_back({sides[i].name, [&timed, &ticks, &side = sides[i], i] {
                       ticks.clear();
                       const double ns = side.chunk(ticks);
                       timed.lengths[i].push_back(count_lengths(ticks));
                       return ns;
                     }});
  timed.rounds = measure_rounds(plain, limits);
  for (auto& of_side : timed.lengths) of_side.erase(of_side.begin());  // the warm-up's
  return timed;
}

}  // namespace nanospan::bench
