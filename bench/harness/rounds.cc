#include "harness/rounds.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

namespace nanospan::bench {
namespace {

double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - std::floor(at));
}

RoundObserver observer_of_rounds = nullptr;

// All over again after each round: a new best F may void what was valid.
void judge(Rounds& rounds, double void_above) {
  double best = std::numeric_limits<double>::infinity();
  for (const auto& round : rounds.ns) best = std::min(best, round.front());
  rounds.is_void.clear();
  for (const auto& round : rounds.ns) rounds.is_void.push_back(round.front() > best * void_above);
}

// That of `n` values just `k` lie below the median.
double chance_below_median(std::size_t n, std::size_t k) {
  const auto log_factorial = [](std::size_t of) {
    return std::lgamma(static_cast<double>(of) + 1);
  };
  return std::exp(log_factorial(n) - log_factorial(k) - log_factorial(n - k) -
                  static_cast<double>(n) * std::log(2.0));
}

}  // namespace

void observe_rounds(RoundObserver observer) {
  observer_of_rounds = observer;
}

void report_round(std::size_t valid, std::size_t wanted) {
  if (observer_of_rounds != nullptr) observer_of_rounds(valid, wanted);
}

Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {std::nan(""), std::nan(""), std::nan("")};
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.5), quantile(values, 0.25), quantile(values, 0.75)};
}

double mean_of_middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto quarter = static_cast<std::ptrdiff_t>(values.size() / 4);
  const auto first = values.begin() + quarter, last = values.end() - quarter;
  return std::accumulate(first, last, 0.0) / static_cast<double>(last - first);
}

// Why from the middle: the chances at the ends are too small for a double where values are many.
Interval interval_of_median(std::vector<double> values) {
  constexpr double kEachSide = 0.025;
  const std::size_t n = values.size();
  if (n == 0 || std::pow(0.5, static_cast<double>(n)) > kEachSide)
    return {std::nan(""), std::nan("")};
  // The chance that the median has `skipped` values or fewer below it.
  std::size_t skipped = (n - 1) / 2;
  double at_most = n % 2 == 1 ? 0.5 : 0.5 - chance_below_median(n, n / 2) / 2;
  for (double term = chance_below_median(n, skipped); at_most > kEachSide; --skipped) {
    at_most -= term;
    term *= static_cast<double>(skipped) / static_cast<double>(n - skipped + 1);
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
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  const auto is_over = [&] {
    return std::chrono::duration<double>(Clock::now() - begin).count() >= limits.seconds_max;
  };
  Rounds rounds;
  rounds.valid_min = limits.valid_min;
  for (const Side& side : sides) {
    rounds.sides.push_back(side.name);
    (void)side.chunk();
  }
  while (rounds.ns.size() < limits.rounds_max && rounds.valid_count() < limits.valid_min &&
         (rounds.ns.size() < limits.rounds_min || !is_over())) {
    std::vector<double> round(sides.size());
    const bool backwards = limits.alternates && rounds.ns.size() % 2 == 1;
    for (std::size_t i = 0; i < sides.size(); ++i) {
      const std::size_t side = backwards ? sides.size() - 1 - i : i;
      round[side] = sides[side].chunk();
    }
    rounds.ns.push_back(std::move(round));
    judge(rounds, limits.void_above);
    report_round(rounds.valid_count(), limits.valid_min);
  }
  return rounds;
}

}  // namespace nanospan::bench
