// The service under its two loads: all sides of a group take short turns, measured once a process
// of ours, whatever rows ask.
//
// Processes of all sides live at the same time, those whose turn it isn't are stopped; after each
// side had its turns all are started anew. So the machine's drift is in neighbouring turns alike,
// and how addresses and pages fall is thrown anew for each group of processes: a difference is one
// of processes, with as many turns as it takes, and what is drawn for an interval are processes.
// Threads: the writer's.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "harness/cost.h"
#include "service/delivery.h"
#include "service/load/load.h"
#include "service/service_sides.h"

namespace nanospan::bench {

enum class Load { kPaced, kWrk };
inline constexpr std::size_t kLoads = 2;

// Per request, over the window of one turn.
struct Turn {
  double request_threads_ns = 0, other_threads_ns = 0;  // CPU
  LoadResult load;
  ServiceDelivery delivery;  // of all the turn
};
struct TurnPair {
  Turn none, ours;  // neighbours
};
using ProcessPair = std::vector<TurnPair>;  // of one process of each; empty: a turn failed for good

struct SideRun {
  std::string not_run;                                 // not empty: for want of this
  std::array<std::vector<ProcessPair>, kLoads> pairs;  // [load][group of processes]
  unsigned retried = 0;                                // turns
  std::string problem;                                 // of the last turn that failed
};

struct ServiceRun {
  std::string problem;                           // not empty: nothing below
  std::vector<SideRun> sides;                    // of the group; the first has no pairs
  std::array<std::string, kLoads> load_not_run;  // not empty: why that load was not
  std::vector<double> floor_ns;                  // F, before each group of processes
  // A span nested, drained, flat out, as span/drained_nested: as many as groups of processes; of
  // ours alone.
  std::vector<double> span_ns;
};
[[nodiscard]] const ServiceRun& service_run(std::size_t group, const Effort& effort);

}  // namespace nanospan::bench
