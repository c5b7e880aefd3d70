// Measure: one chunk of one setting, as every program here does it, the runner's empty loop too.
//
// Threads: the writer's, pinned. Invariants: what is timed alone includes the two tick reads around
// it; whoever compares takes off what an empty loop gives in the same way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/pace.h"
#include "harness/percentiles.h"

namespace nanospan::bench::peers {

// One line from the runner to a peer: "<what> <attributes> <period in ns> <spans> <walked bytes>".
struct Request {
  std::string what = "spans";  // spans, disabled, two_threads
  unsigned attributes = 0;     // 0 or 4
  double period_ns = 0;        // 0: flat out
  std::size_t spans = 0;
  std::size_t walked_bytes = 0;  // before each span; 0: none
};

// Flat out `ns` is that of an uninterrupted loop; paced, the mean of the lowest 99 % of `lengths`.
struct Chunk {
  double ns = 0;
  LengthCounts lengths;  // of spans timed one by one
  double walk_ns = 0;    // the walk alone, where there is one
};

inline constexpr std::size_t kWarmUp = 64;  // spans of a process that has just woken

inline Chunk measure_chunk(Loop loop, const Request& request) {
  constexpr std::size_t kSinglesFlatOutMax = 10'000;
  Chunk chunk;
  std::vector<std::uint64_t> ticks(request.spans);
  loop(kWarmUp);
  if (request.period_ns <= 0) {
    chunk.ns = ns_flat_out(loop, request.spans);
    if (ticks.size() > kSinglesFlatOutMax) ticks.resize(kSinglesFlatOutMax);
  }
  time_one_at_a_time(loop, request.period_ns, ticks);
  chunk.lengths = count_lengths(ticks);
  if (request.period_ns > 0) chunk.ns = mean_of_lowest_ns(ticks);
  return chunk;
}

}  // namespace nanospan::bench::peers
