// Who sleeps is woken once, and only by who means this very sleep.
#include "base/doorbell.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <thread>

namespace nanospan::base {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(Doorbell, ARingEndsTheSleep) {
  Doorbell bell;
  std::atomic<bool> done{false};
  std::thread sleeper([&] {
    EXPECT_TRUE(bell.sleep(bell.lie_down(), hours(1)));
    done.store(true);
  });
  while (!Doorbell::is_asleep(bell.now()) && !done.load()) {
  }
  bell.ring();
  sleeper.join();
  EXPECT_FALSE(Doorbell::is_asleep(bell.now()));
}

TEST(Doorbell, ARingBetweenLyingDownAndSleepingIsNotMissed) {
  Doorbell bell;
  const Doorbell::Sleep sleep = bell.lie_down();
  bell.ring();
  EXPECT_TRUE(bell.sleep(sleep, hours(1)));
}

TEST(Doorbell, EndsByItself) {
  Doorbell bell;
  EXPECT_FALSE(bell.sleep(bell.lie_down(), milliseconds(1)));
  EXPECT_FALSE(Doorbell::is_asleep(bell.now()));
  EXPECT_FALSE(bell.sleep(bell.lie_down(), milliseconds(0)));
}

TEST(Doorbell, ARingForASleepThatIsOverEndsNoOther) {
  Doorbell bell;
  const Doorbell::Sleep first = bell.lie_down();
  EXPECT_FALSE(bell.sleep(first, milliseconds(0)));
  const Doorbell::Sleep second = bell.lie_down();
  bell.ring(first);
  EXPECT_EQ(bell.now(), second);
  EXPECT_FALSE(bell.sleep(second, milliseconds(0)));
}

// An application looks at it behind a scope whose span ended.
TEST(Doorbell, KeepsErrno) {
  Doorbell bell;
  const Doorbell::Sleep sleep = bell.lie_down();
  errno = EDOM;
  bell.ring(sleep);
  bell.ring();
  EXPECT_EQ(errno, EDOM);
}

}  // namespace
}  // namespace nanospan::base
