// Rounds: the sides of a comparison measured in turn (F, R, ours, F, R, ours, …).
//
// Why not the repetitions of Google Benchmark: they come in blocks, one side after the other, and a
// machine that drifts between two blocks passes for a difference between the sides.
// Threads: none. Invariants: the first side is F, the floor; a round whose F is more than 5 % over
// the best F is void: the machine was disturbed, whatever the other sides say.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace nanospan::bench {

// A median and its quartiles.
struct Spread {
  double median = 0, lower = 0, upper = 0;
};
[[nodiscard]] Spread spread_of(std::vector<double> values);
// Of the middle half: disturbed values don't move it, and it is steadier than a median. NaN: none.
[[nodiscard]] double mean_of_middle(std::vector<double> values);

// Where the median of what was sampled lies with 95 % confidence: two order statistics, by the
// binomial distribution alone; nothing is assumed of the values but that they are independent.
struct Interval {
  double low = 0, high = 0;
};
// Fewer than six values say nothing: NaN.
[[nodiscard]] Interval interval_of_median(std::vector<double> values);

// One side: measures one chunk of work and returns ns per operation.
struct Side {
  std::string name;
  std::function<double()> chunk;
};

struct RoundLimits {
  unsigned valid_min = 30;    // measured until so many are valid …
  unsigned rounds_max = 300;  // … or so many were tried …
  double void_above = 1.05;   // times the best F
  bool alternates = false;    // each second round backwards, so that no side always comes first
  // … or the time is over, once there are so many.
  double seconds_max = std::numeric_limits<double>::infinity();
  unsigned rounds_min = 0;
};
// For sides that take turns of a good part of a second and are judged by the interval of their
// differences: F, a third of a millisecond, says nothing of such a turn, so no round is void.
[[nodiscard]] RoundLimits pairs(unsigned count);

struct Rounds {
  std::vector<std::string> sides;
  std::vector<std::vector<double>> ns;  // [round][side], void rounds too
  std::vector<bool> is_void;            // [round]
  std::size_t valid_min = 0;            // as many were to be valid

  [[nodiscard]] std::size_t valid_count() const;
  [[nodiscard]] std::size_t void_count() const { return ns.size() - valid_count(); }
  // Over the valid rounds: one side, or what `f` makes of a round's sides.
  [[nodiscard]] Spread side(std::size_t index) const;
  [[nodiscard]] Spread of(const std::function<double(const std::vector<double>&)>& f) const;
  [[nodiscard]] std::vector<double> values(
      const std::function<double(const std::vector<double>&)>& f) const;
};

// Who shows progress is told after each round how many are valid and how many are wanted.
using RoundObserver = void (*)(std::size_t valid, std::size_t wanted);
void observe_rounds(RoundObserver observer);  // nullptr: nobody looks
void report_round(std::size_t valid, std::size_t wanted);

// One round of warm-up is thrown away.
[[nodiscard]] Rounds measure_rounds(const std::vector<Side>& sides, RoundLimits limits);

}  // namespace nanospan::bench
