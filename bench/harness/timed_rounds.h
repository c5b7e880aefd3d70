// TimedRounds: rounds whose sides keep what each of their operations took.
//
// Threads: the writer's. Memory: counts of lengths, not the lengths.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/percentiles.h"
#include "harness/rounds.h"

namespace nanospan::bench {

// Returns ns per operation, and leaves in `ticks` what each took; the floor leaves nothing.
struct TimedSide {
  std::string name;
  std::function<double(std::vector<std::uint64_t>& ticks)> chunk;
};

struct TimedRounds {
  Rounds rounds;
  std::vector<std::vector<LengthCounts>> lengths;  // [side][round], void rounds too

  [[nodiscard]] Draw valid() const;
  // Pooled over the rounds of `draw`.
  [[nodiscard]] double percentile_ns(std::size_t side, double q, const Draw& draw) const;
};

// One round of warm-up is thrown away.
[[nodiscard]] TimedRounds measure_timed_rounds(const std::vector<TimedSide>& sides,
                                               RoundLimits limits);

}  // namespace nanospan::bench
