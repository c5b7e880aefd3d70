// Percentiles: pooled over rounds, between the steps of a tick counter, and where they lie.
#include "harness/percentiles.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace nanospan::bench {
namespace {

Draw first(std::size_t rounds) {
  Draw draw(rounds);
  std::iota(draw.begin(), draw.end(), 0u);
  return draw;
}

TEST(Percentile, OfOneLengthIsThatLength) {
  const LengthCounts lengths = count_lengths({26, 26, 26});
  for (const double q : {0.001, 0.5, 0.999, 1.0}) EXPECT_EQ(percentile(lengths, q), 26) << q;
}

TEST(Percentile, LiesBetweenALengthAndHalfWayToItsNeighbours) {
  const LengthCounts lengths = count_lengths({10, 20, 10, 20});
  EXPECT_DOUBLE_EQ(percentile(lengths, 0.25), 12.5);
  EXPECT_DOUBLE_EQ(percentile(lengths, 0.5), 15);
  EXPECT_DOUBLE_EQ(percentile(lengths, 0.75), 17.5);
  EXPECT_DOUBLE_EQ(percentile(lengths, 1), 20);
}

TEST(Percentile, OfNothingIsNone) {
  EXPECT_TRUE(std::isnan(percentile({}, 0.5)));
}

// A counter that steps by 26 shows of a length the steps that happen to fall into it.
TEST(Percentile, FindsWhatTheStepsOfTheCounterHide) {
  constexpr double kStep = 26;
  std::mt19937 random(1);
  std::normal_distribution<double> length(100, 20);
  std::uniform_real_distribution<double> phase(0, kStep);
  std::vector<std::uint64_t> seen;
  for (int i = 0; i < 200'000; ++i) {
    const double begin = phase(random), end = begin + length(random);
    seen.push_back(static_cast<std::uint64_t>(std::floor(end / kStep) * kStep));
  }
  EXPECT_NEAR(percentile(count_lengths(seen), 0.5), 100, 1);
}

TEST(Pool, AddsWhatTheDrawnRoundsCounted) {
  const std::vector<LengthCounts> rounds = {count_lengths({7, 9, 7}), count_lengths({9, 8}),
                                            count_lengths({1})};
  const LengthCounts all = pool(rounds, {0, 1, 1});
  ASSERT_EQ(all.size(), 3u);
  const std::uint64_t expected[][2] = {{7, 2}, {8, 2}, {9, 3}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].ticks, expected[i][0]);
    EXPECT_EQ(all[i].count, expected[i][1]);
  }
}

double mean_of(const std::vector<double>& values, const Draw& draw) {
  double sum = 0;
  for (const std::size_t round : draw) sum += values[round];
  return sum / static_cast<double>(draw.size());
}

TEST(Estimate, HoldsTheTruthNineTimesOfTenAtLeast) {
  std::mt19937 random(2);
  std::exponential_distribution<double> skewed(1);
  int held = 0;
  constexpr int kRuns = 300;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> values(30);
    for (double& value : values) value = skewed(random);
    const Estimate mean =
        estimate(first(30), [&values](const Draw& draw) { return mean_of(values, draw); });
    EXPECT_LE(mean.interval.low, mean.value.lower);
    EXPECT_LE(mean.value.upper, mean.interval.high);
    held += mean.interval.low <= 1 && 1 <= mean.interval.high ? 1 : 0;
  }
  EXPECT_GE(held, kRuns * 88 / 100);
  EXPECT_LT(held, kRuns);
}

TEST(Estimate, DrawsFromTheGivenRoundsOnly) {
  const Estimate of = estimate({1, 3, 5, 7, 9, 11}, [](const Draw& draw) {
    for (const std::size_t round : draw) EXPECT_EQ(round % 2, 1u);
    return static_cast<double>(draw.front());
  });
  EXPECT_EQ(of.value.median, 1);
}

TEST(Estimate, HasNoIntervalOfTooFewRoundsNorWhereADrawHasNoValue) {
  const auto one = [](const Draw&) { return 1.0; };
  EXPECT_TRUE(std::isnan(estimate(first(5), one).interval.low));
  EXPECT_EQ(estimate(first(6), one).interval.low, 1);
  const Estimate broken =
      estimate(first(6), [](const Draw& draw) { return draw == first(6) ? 2.0 : std::nan(""); });
  EXPECT_EQ(broken.value.median, 2);
  EXPECT_TRUE(std::isnan(broken.interval.low));
}

}  // namespace
}  // namespace nanospan::bench
