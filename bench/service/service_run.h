// The service under its two loads: all sides of a group in pairs, measured once a process, whatever
// rows ask.
//
// Each turn is a process of its own: how addresses fall is thrown anew each time, so that the
// interval of the differences holds that too.
// Threads: the writer's.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "harness/cost.h"
#include "service/load/load.h"
#include "service/service_sides.h"

namespace nanospan::bench {

enum class Load { kPaced, kWrk };
inline constexpr std::size_t kLoads = 2;

// Per request, over one load of one turn.
struct Turn {
  double request_threads_ns = 0, other_threads_ns = 0;  // CPU
  LoadResult load;
  double exported = 0, lost = 0;  // spans, in all; NaN: unknown
};

struct ServiceRun {
  std::string problem;                // not empty: nothing below
  std::vector<std::string> problems;  // of each side of the group; not empty: it took no part
  std::vector<std::string> not_run;   // the same for want of something
  std::vector<std::size_t> columns;   // of each side of the group in `rounds`; 0: none
  std::array<Rounds, kLoads> rounds;  // F, then the sides: CPU of the request threads
  std::array<std::vector<std::vector<Turn>>, kLoads> turns;  // [load][side of the group][round]
  std::array<std::string, kLoads> load_not_run;              // not empty: why that load was not
  double span_ns = 0;  // nested, drained, flat out, as span/drained_nested; of ours alone
};
[[nodiscard]] const ServiceRun& service_run(std::size_t group, const Effort& effort);

}  // namespace nanospan::bench
