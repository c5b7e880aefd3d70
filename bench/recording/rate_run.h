// Rates at which one writer and one drain lose nothing.
//
// Threads: the writer's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/pace.h"
#include "recording/session.h"

namespace nanospan::bench {

struct RateRun {
  double per_second = 0;  // reached
  std::uint64_t lost = 0;
};
// In bursts, as Pace says; flushed before and after.
[[nodiscard]] RateRun run_at(Session& session, Loop loop, double per_second, double seconds);

// Short runs climb the ladder until one loses spans: that step, or the last. Which is the first to
// lose, and how much, is in `runs`.
[[nodiscard]] std::size_t climb_rates(Session& session, Loop loop, std::span<const double> rates,
                                      double seconds, std::vector<RateRun>* runs = nullptr);

}  // namespace nanospan::bench
