// Larger rings, piece by piece; what of them a drain does, drain_test.cc says.
#include "drain/ring_growth.h"

#include "drain/drain_fixture.h"

namespace nanospan {
namespace {

using drain::RingGrowth;
using SteadyTime = RingGrowth::SteadyTime;

class RingGrowthTest : public test::DrainTest {
 protected:
  using DrainTest::DrainTest;
  static constexpr std::uint64_t kLimit = 1u << 20;
  [[nodiscard]] std::uint64_t slots_of_next_ring(std::uint32_t index) const {
    return value(region->lane(index).rings[1].slots);
  }
};

TEST_F(RingGrowthTest, NothingIsDoneUnasked) {
  RingGrowth growth(*region, kLimit);
  EXPECT_FALSE(growth.step());
  EXPECT_EQ(slots_of_next_ring(lane), 0u);
}

TEST_F(RingGrowthTest, MakesARingFourTimesAsLarge) {
  RingGrowth growth(*region, kLimit);
  growth.ask(lane, SteadyTime());
  while (growth.step()) EXPECT_EQ(slots_of_next_ring(lane), 0u);
  EXPECT_EQ(slots_of_next_ring(lane), (64u << 10) / sizeof(detail::Slot));
}

TEST_F(RingGrowthTest, LeavesALaneWhoseNextRingIsWaiting) {
  RingGrowth growth(*region, kLimit);
  for (int i = 0; i < 2; ++i) {
    growth.ask(lane, SteadyTime());
    while (growth.step()) {
    }
  }
  EXPECT_EQ(value(region->lane(lane).rings[2].slots), 0u);
  EXPECT_EQ(value(region->header().counters.grow_refused), 0u);
}

TEST_F(RingGrowthTest, LeavesALaneAtTheLimit) {
  RingGrowth growth(*region, 16u << 10);
  growth.ask(lane, SteadyTime());
  EXPECT_FALSE(growth.step());
  EXPECT_EQ(slots_of_next_ring(lane), 0u);
}

class RingGrowthForRest : public RingGrowthTest {
 protected:
  RingGrowthForRest() : RingGrowthTest(4u << 20) {}
};

// No span is in danger, so it is worth neither the writer's caches nor what others may need.
TEST_F(RingGrowthForRest, NoRingBecomesLargerThanAMebibyte) {
  RingGrowth growth(*region, 4u << 20);
  ASSERT_TRUE(region->prepare_ring(lane, (512u << 10) / sizeof(detail::Slot)));
  region->lane(lane).ring_count.store(2);  // as its writer does when it moves on
  growth.ask(lane, SteadyTime(), RingGrowth::Need::kRest);
  while (growth.step()) {
  }
  EXPECT_EQ(value(region->lane(lane).rings[2].slots), (1u << 20) / sizeof(detail::Slot));
  region->lane(lane).ring_count.store(3);
  growth.ask(lane, SteadyTime(), RingGrowth::Need::kRest);
  EXPECT_FALSE(growth.step());
  EXPECT_EQ(value(region->lane(lane).rings[3].slots), 0u);
}

TEST_F(RingGrowthForRest, NoRingIsMadeWhenAQuarterOfTheBudgetIsUsed) {
  RingGrowth growth(*region, kLimit);
  const auto other = static_cast<std::uint32_t>(region->add_lane());
  ASSERT_TRUE(region->prepare_ring(other, (2u << 20) / sizeof(detail::Slot)));  // of 8 MiB
  growth.ask(lane, SteadyTime(), RingGrowth::Need::kRest);
  EXPECT_FALSE(growth.step());
  EXPECT_EQ(slots_of_next_ring(lane), 0u);
  growth.ask(lane, SteadyTime(), RingGrowth::Need::kSpans);
  while (growth.step()) {
  }
  EXPECT_NE(slots_of_next_ring(lane), 0u);
  EXPECT_EQ(value(region->header().counters.grow_refused), 0u);
}

TEST_F(RingGrowthTest, WhoIsLeftOutMayAskAtTheNextPass) {
  const auto other = static_cast<std::uint32_t>(region->add_lane());
  RingGrowth growth(*region, kLimit);
  for (int pass = 0; pass < 2; ++pass) {
    growth.ask(lane, SteadyTime());
    growth.ask(other, SteadyTime());
    while (growth.step()) {
    }
  }
  EXPECT_NE(slots_of_next_ring(lane), 0u);
  EXPECT_NE(slots_of_next_ring(other), 0u);
}

// Lanes that come meanwhile take of what was backed for the ring.
TEST_F(RingGrowthTest, IsNotDisturbedByLanesThatComeMeanwhile) {
  ASSERT_TRUE(region->prepare_ring(lane, (64u << 10) / sizeof(detail::Slot)));
  int pieces = 1;
  for (; !region->populate_ahead(1u << 20); ++pieces) ASSERT_GE(region->add_lane(), 0);
  EXPECT_GT(pieces, 16);
}

}  // namespace
}  // namespace nanospan
