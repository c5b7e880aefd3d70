// What instrumentation costs on this machine, measured: the ticks, and each operation in each
// place.
//
// Medians come from long loops of each operation, measured in turn by bench's rounds; p99 from
// single operations, each timed alone once a microsecond.
// Threads: the calling one, pinned by the caller, on which a recorder has a lane and nothing reads.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "cost/cost_loops.h"

namespace nanospan::tools {

struct TickFacts {
  std::string source;  // "rdtsc", "cntvct_el0", "clock_gettime"
  double per_second = 0;
  double read_ns = 0;
  double step_ns = 0;  // by how much the counter advances at the least
};

struct CostFigure {
  double median_ns = 0;
  double low_ns = 0, high_ns = 0;  // where the median lies with 95 % confidence
  double p99_ns = 0;
  double p99_step_ns = 0;  // what lies below it can't be told

  // Told from nothing.
  [[nodiscard]] bool has_median() const { return low_ns > 0; }
  [[nodiscard]] bool has_p99() const { return p99_ns >= p99_step_ns; }
};

enum CostRow : std::size_t { kSpan, kAttribute, kEvent, kSwitchedOff, kCostRows };

struct CostPlace {
  std::string name, key;             // "a shared library", "shared_library"
  const CostLoops* loops = nullptr;  // nullptr: `problem` says why not
  std::string problem;
  std::array<CostFigure, kCostRows> rows;
};

struct CostReport {
  TickFacts ticks;
  CostFigure floor;  // two back-to-back tick reads
  std::array<CostPlace, 2> places;
  std::size_t rounds = 0, void_rounds = 0, single_operations = 0;
  bool is_disturbed = false;  // most rounds were: the medians are of all of them
};

// Fills the report, whose places are given. `progress`: which share is done.
void measure_costs(CostReport& report, double seconds,
                   const std::function<void(double share)>& progress);

}  // namespace nanospan::tools
