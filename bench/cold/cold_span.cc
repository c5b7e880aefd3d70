#include "cold/cold_span.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "harness/cold_walk.h"
#include "harness/pace.h"
#include "harness/percentiles.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"

namespace nanospan::bench {
namespace {

// The median of a walk with one operation behind it, in ns.
double take_walks(const ColdWalk& walk, Loop loop, std::size_t walks) {
  std::vector<std::uint64_t> ticks(walks);
  for (std::uint64_t& length : ticks) {
    const std::uint64_t begin = detail::read_ticks();
    walk();
    loop(1);
    length = detail::read_ticks() - begin;
  }
  return percentile(count_lengths(std::move(ticks)), 0.5) * ns_per_tick();
}

std::size_t walks_of_chunk(const ColdWalk& walk) {
  constexpr double kChunkNs = 20e6;
  constexpr std::size_t kMin = 50, kMax = 20'000;
  const double walk_ns = std::max(take_walks(walk, do_nothing, kMin), 1.0);
  return std::clamp(static_cast<std::size_t>(kChunkNs / walk_ns), kMin, kMax);
}

ColdRun measure_run(std::size_t walked_bytes, const Effort& effort) {
  ColdRun run;
  Session session(Drained::kYes);
  run.problem = session.problem();
  if (!run.problem.empty()) return run;
  session.settle_ring(Pace{}.per_second);
  const ColdWalk walk(walked_bytes);
  const std::size_t walks = walks_of_chunk(walk);
  const auto side = [&walk, walks](const char* name, Loop loop) {
    return Side{name, [&walk, walks, loop] { return take_walks(walk, loop, walks); }};
  };
  RoundLimits limits = effort.rounds;
  limits.alternates = true;
  if (!effort.quick) limits.valid_min = 60;
  session.begin_counting();
  run.rounds = measure_rounds({{"F", [] { return ns_flat_out(read_tick_pairs); }},
                               side("walk", do_nothing),
                               side("walk, R", publish_bare_slots),
                               side("walk, ours", record_spans),
                               side("walk, 4 attributes", record_spans_with_attributes),
                               side("walk again", do_nothing)},
                              limits);
  session.finish_counting(run.delivery);
  return run;
}

}  // namespace

const ColdRun& cold_run(std::size_t walked_bytes, const Effort& effort) {
  static std::map<std::size_t, ColdRun> runs;
  const auto found = runs.find(walked_bytes);
  if (found != runs.end()) return found->second;
  return runs[walked_bytes] = measure_run(walked_bytes, effort);
}

}  // namespace nanospan::bench
