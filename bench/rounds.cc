#include "rounds.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nanospan::bench {
namespace {

constexpr double kVoidAbove = 1.05;  // times the best F

double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - std::floor(at));
}

// All over again after each round: a new best F may void what was valid.
void judge(Rounds& rounds) {
  double best = std::numeric_limits<double>::infinity();
  for (const auto& round : rounds.ns) best = std::min(best, round.front());
  rounds.is_void.clear();
  for (const auto& round : rounds.ns) rounds.is_void.push_back(round.front() > best * kVoidAbove);
}

}  // namespace

Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {std::nan(""), std::nan(""), std::nan("")};
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.5), quantile(values, 0.25), quantile(values, 0.75)};
}

std::size_t Rounds::valid_count() const {
  return static_cast<std::size_t>(std::count(is_void.begin(), is_void.end(), false));
}

Spread Rounds::side(std::size_t index) const {
  return of([index](const std::vector<double>& round) { return round[index]; });
}

Spread Rounds::of(const std::function<double(const std::vector<double>&)>& f) const {
  std::vector<double> values;
  for (std::size_t i = 0; i < ns.size(); ++i)
    if (!is_void[i]) values.push_back(f(ns[i]));
  return spread_of(std::move(values));
}

Rounds measure_rounds(const std::vector<Side>& sides, RoundLimits limits) {
  Rounds rounds;
  for (const Side& side : sides) {
    rounds.sides.push_back(side.name);
    (void)side.chunk();
  }
  while (rounds.ns.size() < limits.rounds_max && rounds.valid_count() < limits.valid_min) {
    std::vector<double> round;
    for (const Side& side : sides) round.push_back(side.chunk());
    rounds.ns.push_back(std::move(round));
    judge(rounds);
  }
  return rounds;
}

}  // namespace nanospan::bench
