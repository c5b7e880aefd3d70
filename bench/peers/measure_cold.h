// Measure cold: spans between which memory is walked, against the same walk of the same memory
// without them, in turns.
//
// Why in turns within a chunk: where its pages lie decides what a walk takes, by more than a span
// costs, so only one and the same memory can be compared. The first walk of a turn is left out: it
// fetches what the turn before pushed out. Threads: the writer's, pinned.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "harness/cold_walk.h"
#include "peers/measure.h"
#include "recording/span_loops.h"

namespace nanospan::bench::peers {

// In ticks, a value for each walk.
struct ColdTurns {
  std::vector<std::uint64_t> whole;   // the walk and what follows it
  std::vector<std::uint64_t> behind;  // what follows it
};

inline void take_cold_turn(const ColdWalk& walk, Loop loop, ColdTurns& into) {
  constexpr std::size_t kWalks = 20;
  for (std::size_t i = 0; i < kWalks; ++i) {
    const std::uint64_t begin = detail::read_ticks();
    walk();
    const std::uint64_t walked = detail::read_ticks();
    loop(1);
    const std::uint64_t end = detail::read_ticks();
    if (i == 0) continue;
    into.whole.push_back(end - begin);
    into.behind.push_back(end - walked);
  }
}

// The mean of the middle half: a median that the steps of a tick counter do not bind.
inline double middle_ns(std::vector<std::uint64_t> ticks) {
  std::sort(ticks.begin(), ticks.end());
  const std::size_t first = ticks.size() / 4, last = ticks.size() - first;
  double sum = 0;
  for (std::size_t i = first; i < last; ++i) sum += static_cast<double>(ticks[i]);
  return sum / static_cast<double>(last - first) * ns_per_tick();
}

// `ns`: what spans add to the middle of a walk's lengths. `lengths`: of the spans alone, each
// behind a walk.
inline Chunk measure_cold_chunk(Loop loop, const Request& request) {
  const ColdWalk walk(request.walked_bytes);
  ColdTurns without, with;
  loop(kWarmUp);
  while (with.whole.size() < request.spans) {
    take_cold_turn(walk, do_nothing, without);
    take_cold_turn(walk, loop, with);
  }
  Chunk chunk;
  chunk.walk_ns = middle_ns(without.whole);
  chunk.ns = middle_ns(with.whole) - chunk.walk_ns;
  chunk.lengths = count_lengths(std::move(with.behind));
  return chunk;
}

inline Chunk measure_request(Loop loop, const Request& request) {
  return request.walked_bytes == 0 ? measure_chunk(loop, request)
                                   : measure_cold_chunk(loop, request);
}

}  // namespace nanospan::bench::peers
