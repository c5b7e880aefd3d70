// How long the drain sleeps, by values alone.
#include "drain/pacing.h"

#include <gtest/gtest.h>

namespace nanospan::drain {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(Pacing, SilenceDoublesTheSleepUpToTheIdleMaximum) {
  Pacing pacing({microseconds(100), milliseconds(100)});
  std::chrono::nanoseconds sleep{};
  std::chrono::nanoseconds before = microseconds(100);
  for (int pass = 0; pass < 20; ++pass) {
    sleep = pacing.next_sleep(before);
    EXPECT_LE(sleep, before * 2);
    before = sleep;
  }
  EXPECT_EQ(sleep, milliseconds(100));
}

TEST(Pacing, SleepsUntilTheFastestLaneHasFilledThreeSixteenthsOfItsRing) {
  Pacing pacing({microseconds(100), milliseconds(100)});
  for (int pass = 0; pass < 20; ++pass) (void)pacing.next_sleep(milliseconds(1));
  pacing.add({16, 4096});
  pacing.add({512, 4096});  // an eighth of the ring in 10 ms
  EXPECT_EQ(pacing.next_sleep(milliseconds(10)), milliseconds(15));
}

// The rate is not known: a burst at the end of a long sleep looks like a trickle.
TEST(Pacing, OfASleepThatWasCutShortTheNextIsShort) {
  Pacing pacing({microseconds(100), milliseconds(100)});
  pacing.add({1024, 4096});
  pacing.hurry();
  EXPECT_EQ(pacing.next_sleep(milliseconds(90)), microseconds(100));
  pacing.add({512, 4096});
  EXPECT_EQ(pacing.next_sleep(milliseconds(10)), milliseconds(15));
}

TEST(Pacing, NeverSleepsLessThanTheFloor) {
  Pacing pacing({microseconds(100), milliseconds(100)});
  pacing.add({4096 * 100, 4096});
  EXPECT_EQ(pacing.next_sleep(microseconds(100)), microseconds(100));
}

TEST(Pacing, OnePassOfSilenceAfterALoadDoesNotSleepToTheMaximum) {
  Pacing pacing({microseconds(100), milliseconds(100)});
  pacing.add({4096, 4096});
  const auto busy = pacing.next_sleep(milliseconds(1));
  EXPECT_EQ(pacing.next_sleep(busy), busy * 2);
}

// As while a flush waits for its exporter.
TEST(Pacing, ManyShortPassesOfSilenceDoNotAddUpToALongSleep) {
  Pacing pacing({microseconds(100), milliseconds(100)});
  for (int pass = 0; pass < 20; ++pass)
    EXPECT_EQ(pacing.next_sleep(microseconds(100)), microseconds(200));
}

// One that trickles is what a larger ring is made for; one that is silent, or was so in between,
// is not.
TEST(Pacing, IsRestlessWhenAllSleepsOfALongWhileWereShort) {
  Pacing pacing({microseconds(100), milliseconds(100)});
  const auto short_pass = [&] {
    pacing.add({768, 4096});
    EXPECT_EQ(pacing.next_sleep(milliseconds(40)), milliseconds(40));
  };
  EXPECT_FALSE(pacing.is_restless());
  for (int pass = 0; pass < 1'000; ++pass) {
    for (int i = 0; i < 5; ++i) short_pass();
    EXPECT_FALSE(pacing.is_restless());
    EXPECT_EQ(pacing.next_sleep(milliseconds(40)), milliseconds(80));
  }
  for (int pass = 0; pass < 100; ++pass) short_pass();
  EXPECT_TRUE(pacing.is_restless());
  EXPECT_EQ(pacing.next_sleep(milliseconds(40)), milliseconds(80));
  EXPECT_FALSE(pacing.is_restless());
}

}  // namespace
}  // namespace nanospan::drain
