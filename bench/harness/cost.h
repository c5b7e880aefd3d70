// A cost, the figure that was measured of it, and how long to look.
//
// One function a cost, which stands in a table of its folder's (…_costs.cc).
// Threads: measured one after the other, on the writer's thread, which is pinned.
// Errors: a cost that can't be measured here returns a Figure whose `problem` says why.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "harness/rounds.h"

namespace nanospan::bench {

inline constexpr double kNoAim = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kNoBar = kNoAim;  // reported, not judged

// How long to look.
struct Effort {
  bool quick = false;
  RoundLimits rounds;
  double long_run_seconds = 10;  // of the lossless rate
  double idle_seconds = 10;
  unsigned threads = 100;  // whose first span is measured
  unsigned pairs = 30;     // of turns, where sides take turns
};
[[nodiscard]] Effort full_effort();
[[nodiscard]] Effort quick_effort();

// What a figure says beside its value; the name ends in the unit.
struct Fact {
  std::string name;
  double value = 0;
};

// What a plot is drawn from; a point has a value for each column.
struct Series {
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::vector<double>> points;
};

struct Figure {
  Spread value;                       // in the cost's unit
  Interval interval{kNoAim, kNoAim};  // of the median, 95 %; NaN: none
  Rounds rounds;                      // empty where there are none
  std::vector<double> samples;        // raw, where there are no rounds
  bool has_delivery = false;          // the three below were counted
  std::uint64_t exported = 0;
  std::uint64_t lost = 0;
  std::uint64_t lost_in_warm_up = 0;
  std::string note;
  std::vector<Fact> facts;
  std::vector<Series> series;
  bool is_judged = true;  // false: the bar is not meant for what was found here
  bool was_run = true;    // false: `problem` says what this machine lacks
  std::string problem;    // not empty: `value` is nothing
};
[[nodiscard]] Figure problem(std::string sentence);
// For want of something that a package has: no miss, and said.
[[nodiscard]] Figure not_run(const std::string& why);

struct Cost {
  const char* name;
  const char* what;
  const char* unit;
  double bar;
  double aim;  // kNoAim: none
  bool more_is_better;
  bool lossless;  // a lost span misses the bar
  Figure (*measure)(const Effort&);
  double seconds = 1;  // that a whole run of it takes, roughly: for how long the rest may take
};

// For names that are put together: kept for the life of the process.
[[nodiscard]] const char* keep_text(std::string text);

}  // namespace nanospan::bench
