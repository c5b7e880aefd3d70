// Ticks to Unix time: steps, slew, suspend, restart, damage.
#include "clock/clock_map.h"

#include <gtest/gtest.h>

#include <limits>

namespace nanospan::clock {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kEpoch = 1'700'000'000 * kSecond;

// A machine with a 2 GHz counter: an anchor `at` ns after its start.
AnchorTimes anchor(std::int64_t at, std::int64_t step = 0) {
  return {static_cast<std::uint64_t>(at) * 2, kEpoch + at + step, at + 5};
}

TEST(ClockMap, WithoutAnchorsATickIsANanosecond) {
  const ClockMap map;
  EXPECT_FALSE(map.is_calibrated());
  EXPECT_EQ(map.to_unix_ns(1234), 1234);
  EXPECT_EQ(map.elapsed_ns(10, 30), 20);
}

TEST(ClockMap, InterpolatesBetweenAnchorsAndExtrapolatesOutside) {
  ClockMap map;
  for (int second = 1; second <= 10; ++second) map.add(anchor(second * kSecond));
  ASSERT_TRUE(map.is_calibrated());
  for (const std::int64_t at : {kSecond / 2, kSecond, 3 * kSecond + 7, 10 * kSecond, 11 * kSecond})
    EXPECT_NEAR(static_cast<double>(map.to_unix_ns(static_cast<std::uint64_t>(at) * 2) - kEpoch),
                static_cast<double>(at), 2);
}

TEST(ClockMap, AStepOfAnHourTurnsNoSpanNegative) {
  for (const std::int64_t step : {kHour, -kHour}) {
    ClockMap map;
    map.add(anchor(1 * kSecond));
    map.add(anchor(2 * kSecond));
    map.add(anchor(3 * kSecond, step));
    map.add(anchor(4 * kSecond, step));
    const UnixInterval across = map.map(5 * kSecond, 7 * kSecond);  // 2.5 s .. 3.5 s
    EXPECT_NEAR(static_cast<double>(across.end_ns - across.start_ns), 1e9, 5);
    EXPECT_NEAR(static_cast<double>(across.start_ns - kEpoch), 2.5e9, 5);
    const auto behind = static_cast<double>(map.to_unix_ns(7 * kSecond) - kEpoch - step);
    EXPECT_NEAR(behind, 3.5e9, 5);
  }
}

TEST(ClockMap, NoiseOfTheClocksBreaksNoLine) {
  ClockMap map;
  for (int second = 1; second <= 50; ++second)
    map.add(anchor(second * kSecond, second % 2 == 0 ? 300 : -300));
  std::int64_t last = 0;
  for (std::uint64_t ticks = 0; ticks < 102ull * kSecond; ticks += 12'345'678) {
    const std::int64_t now = map.to_unix_ns(ticks);
    EXPECT_GE(now, last);
    last = now;
  }
}

TEST(ClockMap, FollowsASlewOf500Ppm) {
  ClockMap map;
  for (int second = 1; second <= 20; ++second) {
    const std::int64_t slewed = second * kSecond + second * 500'000;
    map.add({static_cast<std::uint64_t>(second) * 2 * kSecond, kEpoch + slewed, slewed});
  }
  const std::int64_t expected = kEpoch + 10 * kSecond + 10 * 500'000;
  EXPECT_NEAR(static_cast<double>(map.to_unix_ns(20 * kSecond) - expected), 0, 20);
}

TEST(ClockMap, ASuspendDoesNotBendTheTicksBeforeIt) {
  ClockMap map;
  map.add(anchor(1 * kSecond));
  map.add(anchor(2 * kSecond));
  // The counter ran on for an hour, the monotonic clock stood still.
  const std::int64_t awake = 3 * kSecond + kHour;
  map.add({static_cast<std::uint64_t>(awake) * 2, kEpoch + awake, 3 * kSecond + 5});
  const UnixInterval before = map.map(2 * kSecond * 2, 2 * kSecond * 2 + 2'000'000);
  EXPECT_NEAR(static_cast<double>(before.end_ns - before.start_ns), 1e6, 5);
  EXPECT_NEAR(static_cast<double>(map.to_unix_ns(static_cast<std::uint64_t>(awake) * 2) - kEpoch),
              static_cast<double>(awake), 1000);
}

TEST(ClockMap, ACounterThatRestartsForgetsWhatWasBefore) {
  ClockMap map;
  map.add(anchor(100 * kSecond));
  map.add(anchor(101 * kSecond));
  map.add({10, kEpoch + 200 * kSecond, 102 * kSecond});
  map.add({10 + 2 * kSecond, kEpoch + 201 * kSecond, 103 * kSecond});
  EXPECT_EQ(map.anchor_count(), 2u);
  EXPECT_NEAR(static_cast<double>(map.to_unix_ns(10 + kSecond) - kEpoch), 200.5e9, 5);
}

TEST(ClockMap, AScaleHoldsAsFarAsItSays) {
  ClockMap map;
  for (int second = 1; second <= 5; ++second) map.add(anchor(second * kSecond, second * kHour));
  for (std::uint64_t ticks = 0; ticks < 12ull * kSecond; ticks += 99'999'999) {
    const ScaleRange range = map.scale_for(ticks);
    EXPECT_TRUE(range.covers(ticks, ticks));
    EXPECT_EQ(range.scale.to_unix_ns(ticks), map.to_unix_ns(ticks));
    EXPECT_EQ(range.scale.to_unix_ns(range.last_ticks), map.to_unix_ns(range.last_ticks));
    EXPECT_FALSE(range.covers(ticks, ticks - 1));
  }
}

TEST(ClockMap, KeepsABoundedNumberOfAnchors) {
  ClockMap map;
  for (int second = 1; second <= 3000; ++second) map.add(anchor(second * kSecond));
  EXPECT_LE(map.anchor_count(), ClockMap::kAnchorsMax);
  EXPECT_NEAR(static_cast<double>(map.to_unix_ns(2999ull * 2 * kSecond) - kEpoch), 2999e9, 5);
}

TEST(ClockMap, NonsenseStaysDefinedAndNeverNegative) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  ClockMap map;
  map.add({0, kMost, kLeast});
  map.add({1, kLeast, kMost});
  map.add({~0ull, kMost, kMost});
  map.add({~0ull - 1, 0, kMost});
  for (const std::uint64_t ticks : {0ull, 1ull, 1ull << 63, ~0ull}) {
    const UnixInterval interval = map.map(ticks / 2, ticks);
    EXPECT_LE(interval.start_ns, interval.end_ns);
  }
}

}  // namespace
}  // namespace nanospan::clock
