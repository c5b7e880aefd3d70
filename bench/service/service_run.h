// The service under its two loads: all sides in pairs, measured once a process, whatever rows ask.
//
// Each turn is a process of its own: how addresses fall is thrown anew each time, so that the
// interval of the differences holds that too.
// Threads: the writer's.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "costs.h"
#include "service/load.h"

namespace nanospan::bench {

enum class Load { kPaced, kWrk };
inline constexpr std::size_t kLoads = 2;

struct ServiceSide {
  const char* name;
  const char* variant;
  unsigned spans;
  bool in_quick_runs;
};
// The first is the uninstrumented one that the others are compared to.
[[nodiscard]] const std::vector<ServiceSide>& service_sides();

// Per request, over one load of one turn.
struct Turn {
  double request_threads_ns = 0, other_threads_ns = 0;  // CPU
  LoadResult load;
  double exported = 0, lost = 0;  // spans, in all
};

struct ServiceRun {
  std::string problem;                // not empty: nothing below
  std::vector<std::size_t> sides;     // of service_sides(), those that took part
  std::array<Rounds, kLoads> rounds;  // F, then `sides`: CPU of the request threads
  std::array<std::vector<std::vector<Turn>>, kLoads> turns;  // [load][side][round]
  std::array<std::string, kLoads> not_run;                   // not empty: why that load was not
  double span_ns = 0;  // nested, drained, flat out, as span/drained
};
[[nodiscard]] const ServiceRun& service_run(const Effort& effort);

}  // namespace nanospan::bench
