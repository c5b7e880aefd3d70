// Percentiles of lengths that were timed one by one, pooled over rounds, and how far a run resolves
// them.
//
// Why between the values: a tick counter that advances in steps of 10 ns gives some twenty
// different lengths, and a percentile that can only be one of them jumps or stands still. A length
// stands for all up to half way to its neighbours, as evenly as nothing more is known.
// Threads: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "harness/rounds.h"

namespace nanospan::bench {

struct LengthCount {
  std::uint64_t ticks = 0, count = 0;
};
using LengthCounts = std::vector<LengthCount>;  // ascending, each length once

[[nodiscard]] LengthCounts count_lengths(std::vector<std::uint64_t> ticks);

// Indexes of rounds; one may come more than once.
using Draw = std::vector<std::size_t>;
[[nodiscard]] LengthCounts pool(std::span<const LengthCounts> rounds, const Draw& draw);

// In ticks; NaN of none. `q`: 0 .. 1.
[[nodiscard]] double percentile(const LengthCounts& lengths, double q);

// A statistic of rounds, and where it lies with 95 %.
struct Estimate {
  Spread value;       // of all rounds; its quartiles are those of the draws
  Interval interval;  // NaN: fewer than six rounds, or a draw without a value
};
// Bootstrap: whole rounds drawn anew, since what disturbs a machine disturbs all spans of a round.
// The same rounds give the same estimate.
[[nodiscard]] Estimate estimate(const Draw& rounds,
                                const std::function<double(const Draw&)>& statistic);

}  // namespace nanospan::bench
