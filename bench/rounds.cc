#include "rounds.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nanospan::bench {
namespace {

double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - std::floor(at));
}

// All over again after each round: a new best F may void what was valid.
void judge(Rounds& rounds, double void_above) {
  double best = std::numeric_limits<double>::infinity();
  for (const auto& round : rounds.ns) best = std::min(best, round.front());
  rounds.is_void.clear();
  for (const auto& round : rounds.ns) rounds.is_void.push_back(round.front() > best * void_above);
}

}  // namespace

Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {std::nan(""), std::nan(""), std::nan("")};
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.5), quantile(values, 0.25), quantile(values, 0.75)};
}

Interval interval_of_median(std::vector<double> values) {
  constexpr double kEachSide = 0.025;
  const std::size_t n = values.size();
  // The chance that the median lies below the value that `skipped` others are below.
  double term = std::pow(0.5, static_cast<double>(n)), below = term;
  if (n == 0 || below > kEachSide) return {std::nan(""), std::nan("")};
  std::size_t skipped = 0;
  for (;; ++skipped) {
    term *= static_cast<double>(n - skipped) / static_cast<double>(skipped + 1);
    if (below + term > kEachSide) break;
    below += term;
  }
  std::sort(values.begin(), values.end());
  return {values[skipped], values[n - 1 - skipped]};
}

RoundLimits pairs(unsigned count) {
  return {.valid_min = count,
          .rounds_max = count,
          .void_above = std::numeric_limits<double>::infinity(),
          .alternates = true};
}

std::size_t Rounds::valid_count() const {
  return static_cast<std::size_t>(std::count(is_void.begin(), is_void.end(), false));
}

Spread Rounds::side(std::size_t index) const {
  return of([index](const std::vector<double>& round) { return round[index]; });
}

Spread Rounds::of(const std::function<double(const std::vector<double>&)>& f) const {
  return spread_of(values(f));
}

std::vector<double> Rounds::values(
    const std::function<double(const std::vector<double>&)>& f) const {
  std::vector<double> of_valid;
  for (std::size_t i = 0; i < ns.size(); ++i)
    if (!is_void[i]) of_valid.push_back(f(ns[i]));
  return of_valid;
}

Rounds measure_rounds(const std::vector<Side>& sides, RoundLimits limits) {
  Rounds rounds;
  rounds.valid_min = limits.valid_min;
  for (const Side& side : sides) {
    rounds.sides.push_back(side.name);
    (void)side.chunk();
  }
  while (rounds.ns.size() < limits.rounds_max && rounds.valid_count() < limits.valid_min) {
    std::vector<double> round(sides.size());
    const bool backwards = limits.alternates && rounds.ns.size() % 2 == 1;
    for (std::size_t i = 0; i < sides.size(); ++i) {
      const std::size_t side = backwards ? sides.size() - 1 - i : i;
      round[side] = sides[side].chunk();
    }
    rounds.ns.push_back(std::move(round));
    judge(rounds, limits.void_above);
  }
  return rounds;
}

}  // namespace nanospan::bench
