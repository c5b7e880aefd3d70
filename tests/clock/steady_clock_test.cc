// A reader that converts while time goes on: what it said once stays, and stays near the truth.
#include "clock/steady_clock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace nanospan::clock {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kEpoch = 1'700'000'000 * kSecond;

// A counter of 2.6 GHz that advances in steps of 26 ticks, and clocks that are read with noise.
class Machine {
 public:
  void pass(std::int64_t ns) {
    true_ns_ += ns;
    const double slewed = static_cast<double>(ns) * (1 + slew_);
    monotonic_ += slewed;
    realtime_ += slewed;
    counted_ += static_cast<double>(ns) * 2.6;
  }
  void step(std::int64_t ns) { realtime_ += static_cast<double>(ns); }
  void slew(double share) { slew_ = share; }
  // REALTIME goes on without the others; the counter as the hardware likes it.
  void suspend(std::int64_t ns, bool counter_runs) {
    realtime_ += static_cast<double>(ns);
    if (counter_runs) counted_ += static_cast<double>(ns) * 2.6;
  }
  [[nodiscard]] std::int64_t true_ns() const { return true_ns_; }
  [[nodiscard]] std::int64_t unix_ns() const { return kEpoch + std::llround(realtime_); }
  [[nodiscard]] std::uint64_t ticks() const {
    return static_cast<std::uint64_t>(counted_ / 26) * 26 + 1'000'000'000;
  }
  [[nodiscard]] AnchorTimes anchor() {
    std::normal_distribution<double> noise(0, 25);
    return {ticks(), unix_ns() + std::llround(noise(random_)),
            5 * kSecond + std::llround(monotonic_ + noise(random_))};
  }
  std::mt19937_64& random() { return random_; }

 private:
  std::int64_t true_ns_ = 0;
  double realtime_ = 0, monotonic_ = 0, counted_ = 0, slew_ = 0;
  std::mt19937_64 random_{1};
};

struct Stamp {
  std::uint64_t ticks;
  std::int64_t truth_ns;
  std::int64_t said_ns;  // when it was converted
};

// A recorder's life: two anchors, more at growing distances, then one a second; stamps all the
// time, converted at the next pass or some passes later.
class Life {
 public:
  Life() {
    clock_.add(machine.anchor());
    machine.pass(kMillisecond);
    add_anchor();
  }
  void run(std::int64_t ns) {
    for (const std::int64_t until = machine.true_ns() + ns; machine.true_ns() < until;) {
      for (int i = 0; i < 5; ++i) {
        waiting_.push_back({machine.ticks(), machine.unix_ns(), 0});
        machine.pass(200'000);
      }
      if (machine.true_ns() - anchored_ns_ >= distance_ns_) {
        add_anchor();
        distance_ns_ = std::min(distance_ns_ * 2, kSecond);
      }
      convert();
    }
  }
  [[nodiscard]] const ClockMap& map() const { return clock_.map(); }
  [[nodiscard]] std::vector<Stamp> take() { return std::exchange(said_, {}); }

  Machine machine;

 private:
  void add_anchor() {
    clock_.add(machine.anchor());
    anchored_ns_ = machine.true_ns();
  }
  void convert() {
    std::shuffle(waiting_.begin(), waiting_.end(), machine.random());
    const std::size_t later = waiting_.size() > 20 ? 0 : waiting_.size() / 2;
    while (waiting_.size() > later) {
      Stamp stamp = waiting_.back();
      waiting_.pop_back();
      stamp.said_ns = clock_.map().to_unix_ns(stamp.ticks);
      said_.push_back(stamp);
    }
  }

  SteadyClock clock_;
  std::int64_t anchored_ns_ = 0, distance_ns_ = 4 * kMillisecond;
  std::vector<Stamp> waiting_, said_;
};

void expect_order(std::vector<Stamp> stamps) {
  std::sort(stamps.begin(), stamps.end(),
            [](const Stamp& a, const Stamp& b) { return a.ticks < b.ticks; });
  for (std::size_t i = 1; i < stamps.size(); ++i) {
    ASSERT_LE(stamps[i - 1].said_ns, stamps[i].said_ns) << i;
    if (stamps[i - 1].ticks == stamps[i].ticks) {
      ASSERT_EQ(stamps[i - 1].said_ns, stamps[i].said_ns);
    }
  }
}

void expect_unchanged(const std::vector<Stamp>& stamps, const ClockMap& map) {
  for (const Stamp& stamp : stamps) ASSERT_EQ(map.to_unix_ns(stamp.ticks), stamp.said_ns);
}

// The error that 99.9 % of the stamps keep.
std::int64_t error_ns(const std::vector<Stamp>& stamps) {
  std::vector<std::int64_t> errors;
  for (const Stamp& stamp : stamps) errors.push_back(std::abs(stamp.said_ns - stamp.truth_ns));
  std::sort(errors.begin(), errors.end());
  return errors[errors.size() * 999 / 1000];
}

TEST(SteadyClock, KeepsItsWordItsOrderAndTheTruth) {
  Life life;
  life.run(100 * kSecond);
  const std::vector<Stamp> stamps = life.take();
  expect_order(stamps);
  expect_unchanged(stamps, life.map());
  EXPECT_LE(error_ns(stamps), 1000);
}

TEST(SteadyClock, FollowsASlewOf500Ppm) {
  Life life;
  life.run(5 * kSecond);
  std::vector<Stamp> stamps = life.take();
  for (const double slew : {0.0005, -0.0005}) {
    life.machine.slew(slew);
    life.run(5 * kSecond);  // its beginning is seen at the next anchor
    std::vector<Stamp> bending = life.take();
    stamps.insert(stamps.end(), bending.begin(), bending.end());
    life.run(20 * kSecond);
    const std::vector<Stamp> settled = life.take();
    EXPECT_LE(error_ns(settled), 1000);
    stamps.insert(stamps.end(), settled.begin(), settled.end());
  }
  expect_order(stamps);
  expect_unchanged(stamps, life.map());
}

TEST(SteadyClock, AStepBreaksTheLineAndNothingElse) {
  for (const std::int64_t step : {kHour, -kHour, 2 * kMillisecond}) {
    Life life;
    life.run(10 * kSecond);
    const std::uint64_t before = life.machine.ticks();
    life.machine.step(step);
    life.run(3 * kSecond);  // the step is seen at the next anchor
    const std::vector<Stamp> around = life.take();
    life.run(10 * kSecond);
    const std::vector<Stamp> behind = life.take();
    expect_order(behind);
    EXPECT_LE(error_ns(behind), 1000);
    expect_unchanged(around, life.map());
    if (step > 0) expect_order(around);
    const UnixInterval across = life.map().map(before - 2'600'000'000, life.machine.ticks());
    EXPECT_NEAR(static_cast<double>(across.end_ns - across.start_ns), 14e9, 2e3);
  }
}

TEST(SteadyClock, ASmallStepIsSlewedAway) {
  for (const std::int64_t step : {900'000, -900'000}) {
    Life life;
    life.run(10 * kSecond);
    life.machine.step(step);
    life.run(3 * kSecond);
    const std::vector<Stamp> around = life.take();
    expect_order(around);
    life.run(10 * kSecond);
    EXPECT_LE(error_ns(life.take()), 1000);
    expect_unchanged(around, life.map());
  }
}

TEST(SteadyClock, ASuspendKeepsOrderWhetherTheCounterRunsOrStops) {
  for (const bool counter_runs : {true, false}) {
    Life life;
    life.run(10 * kSecond);
    life.machine.suspend(kHour, counter_runs);
    life.run(3 * kSecond);
    const std::vector<Stamp> around = life.take();
    expect_order(around);
    life.run(10 * kSecond);
    EXPECT_LE(error_ns(life.take()), 1000) << counter_runs;
    expect_unchanged(around, life.map());
  }
}

TEST(SteadyClock, ChildrenOfALongParentStartBehindItAfterHours) {
  SteadyClock clock;
  Machine machine;
  const std::uint64_t parent = machine.ticks();
  std::vector<std::int64_t> children;
  for (int second = 0; second < 5000; ++second) {
    clock.add(machine.anchor());
    if (second == 2) {
      machine.pass(100);
      children.push_back(clock.map().to_unix_ns(machine.ticks()));
    }
    machine.slew(0.0001 * std::sin(second / 100.0));
    machine.pass(kSecond);
  }
  EXPECT_LE(clock.map().anchor_count(), ClockMap::kAnchorsMax);
  const UnixInterval span = clock.map().map(parent, machine.ticks());
  EXPECT_LE(span.start_ns, children.front());
  EXPECT_NEAR(static_cast<double>(span.start_ns - kEpoch), 0, 1e3);
  EXPECT_NEAR(static_cast<double>(span.end_ns - machine.unix_ns()), 0, 3e5);
}

TEST(SteadyClock, ACounterAtAnotherSpeedIsBelievedTheSecondTime) {
  SteadyClock clock;
  for (int second = 0; second < 5; ++second)
    clock.add({static_cast<std::uint64_t>(second) * 2 * kSecond + 1, kEpoch + second * kSecond,
               second * kSecond});
  for (int second = 5; second < 12; ++second)  // moved to a machine of 3 GHz
    clock.add({10ull * kSecond + static_cast<std::uint64_t>(second - 5) * 3 * kSecond,
               kEpoch + second * kSecond, second * kSecond});
  EXPECT_NEAR(static_cast<double>(clock.map().to_unix_ns(29ull * kSecond + kSecond / 2) - kEpoch),
              11.5e9, 1e3);
}

TEST(SteadyClock, NonsenseStaysDefined) {
  SteadyClock clock;
  clock.add({0, INT64_MAX, INT64_MIN});
  clock.add({1, INT64_MIN, INT64_MAX});
  clock.add({~0ull, 5, INT64_MAX});
  clock.add({~0ull - 1, INT64_MIN, INT64_MIN});
  clock.add({~0ull, INT64_MAX, INT64_MAX});
  const UnixInterval interval = clock.map().map(~0ull / 2, ~0ull);
  EXPECT_LE(interval.start_ns, interval.end_ns);
}

}  // namespace
}  // namespace nanospan::clock
