// Rounds: what the tables of the benchmarks are computed by.
#include "harness/rounds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace nanospan::bench {
namespace {

std::vector<double> one_to(std::size_t n) {
  std::vector<double> values(n);
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

// The ranks are those of the tables of the sign test.
TEST(IntervalOfMedian, IsBoundByTheRanksOfTheSignTest) {
  const struct {
    std::size_t n;
    double low, high;
  } kTable[] = {{6, 1, 6}, {7, 1, 7}, {8, 1, 8}, {9, 2, 8}, {10, 2, 9}, {20, 6, 15}, {30, 10, 21}};
  for (const auto& row : kTable) {
    std::vector<double> values = one_to(row.n);
    std::shuffle(values.begin(), values.end(), std::mt19937(1));
    const Interval interval = interval_of_median(values);
    EXPECT_EQ(interval.low, row.low) << row.n;
    EXPECT_EQ(interval.high, row.high) << row.n;
  }
}

// 2^-n is no double beyond 1,074. The ranks are those of exact arithmetic.
TEST(IntervalOfMedian, IsThatOfTheSignTestOfManyValuesToo) {
  const struct {
    std::size_t n;
    double low, high;
  } kTable[] = {
      {1'074, 505, 570}, {1'075, 505, 571}, {5'000, 2'431, 2'570}, {20'000, 9'861, 10'140}};
  for (const auto& row : kTable) {
    const Interval interval = interval_of_median(one_to(row.n));
    EXPECT_EQ(interval.low, row.low) << row.n;
    EXPECT_EQ(interval.high, row.high) << row.n;
  }
}

TEST(IntervalOfMedian, IsNoneOfTooFewValues) {
  EXPECT_TRUE(std::isnan(interval_of_median({}).low));
  EXPECT_TRUE(std::isnan(interval_of_median(one_to(5)).low));
}

TEST(IntervalOfMedian, HoldsTheMedianNineteenTimesOfTwenty) {
  std::mt19937 random(20);
  std::exponential_distribution<double> skewed(1);
  const double median = std::log(2.0);
  int held = 0;
  constexpr int kSamples = 2'000;
  for (int sample = 0; sample < kSamples; ++sample) {
    std::vector<double> values(30);
    for (double& value : values) value = skewed(random);
    const Interval interval = interval_of_median(values);
    held += interval.low <= median && median <= interval.high ? 1 : 0;
  }
  EXPECT_GE(held, kSamples * 95 / 100);
  EXPECT_LT(held, kSamples * 98 / 100);
}

struct Log {
  std::string turns;
  Side side(const char* name) {
    return {name, [this, name] {
              turns += name;
              return 1.0;
            }};
  }
};

TEST(MeasureRounds, TakesEachSideInTurn) {
  Log log;
  (void)measure_rounds({log.side("F"), log.side("a")}, {.valid_min = 3, .rounds_max = 9});
  EXPECT_EQ(log.turns, "FaFaFaFa");  // one round of warm-up
}

TEST(MeasureRounds, GoesBackwardsInEachSecondRoundOfPairs) {
  Log log;
  const Rounds rounds = measure_rounds({log.side("F"), log.side("a"), log.side("b")}, pairs(2));
  EXPECT_EQ(log.turns, "FabFabbaF");
  EXPECT_EQ(rounds.valid_count(), 2u);
}

TEST(MeasureRounds, EndsWhenTimeIsOverButNotBeforeItHasSomeRounds) {
  Log log;
  const Rounds rounds =
      measure_rounds({log.side("F")}, {.rounds_max = 9, .seconds_max = 0, .rounds_min = 2});
  EXPECT_EQ(rounds.ns.size(), 2u);
  EXPECT_EQ(measure_rounds({log.side("F")}, {.rounds_max = 9, .seconds_max = 1e9}).ns.size(), 9u);
}

TEST(MeasureRounds, VoidsRoundsOfADisturbedFloor) {
  // The first of each is the warm-up's.
  double floor[] = {10, 10, 11, 10, 10.4}, ours[] = {0, 1, 2, 3, 4};
  std::size_t f = 0, o = 0;
  const Rounds rounds =
      measure_rounds({{"F", [&] { return floor[f++]; }}, {"ours", [&] { return ours[o++]; }}},
                     {.valid_min = 3, .rounds_max = 4});
  EXPECT_EQ(rounds.is_void, (std::vector<bool>{false, true, false, false}));
  EXPECT_EQ(rounds.side(1).median, 3);
}

TEST(MeasureRounds, TellsWhoLooksHowManyRoundsAreValidAndWanted) {
  static std::vector<std::pair<std::size_t, std::size_t>> told;
  observe_rounds([](std::size_t valid, std::size_t wanted) { told.emplace_back(valid, wanted); });
  (void)measure_rounds({{"F", [] { return 1.0; }}}, pairs(2));
  observe_rounds(nullptr);
  (void)measure_rounds({{"F", [] { return 1.0; }}}, pairs(2));
  EXPECT_EQ(told, (std::vector<std::pair<std::size_t, std::size_t>>{{1, 2}, {2, 2}}));
}

TEST(MeasureRounds, VoidsNoneOfPairs) {
  double floor[] = {10, 10, 20};
  std::size_t f = 0;
  const Rounds rounds =
      measure_rounds({{"F", [&] { return floor[f++]; }}, {"ours", [] { return 1.0; }}}, pairs(2));
  EXPECT_EQ(rounds.void_count(), 0u);
}

TEST(MeanOfMiddle, LeavesOutAQuarterOnEachSide) {
  EXPECT_EQ(mean_of_middle({1e9, 2, 4, -1e9}), 3);
  EXPECT_EQ(mean_of_middle({7}), 7);
  EXPECT_TRUE(std::isnan(mean_of_middle({})));
}

}  // namespace
}  // namespace nanospan::bench
