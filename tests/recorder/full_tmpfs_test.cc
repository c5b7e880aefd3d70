#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <latch>
#include <thread>

#include "support/recording.h"
#include "support/threads.h"

namespace nanospan {
namespace {

enum Outcome { kPassed = 0, kFailed = 1, kNotPermitted = 2 };

// In a child, so that the mount namespace goes with it. `body` sees a tmpfs of this size.
template <typename F>
Outcome on_tmpfs(const char* mount_options, const F& body) {
  test::PrivateDirectory directory;
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNS) != 0 || mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("tmpfs", directory.path().c_str(), "tmpfs", 0, mount_options) != 0)
      _exit(kNotPermitted);
    body(directory.path());
    _exit(::testing::Test::HasFailure() ? kFailed : kPassed);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  return WIFEXITED(status) ? static_cast<Outcome>(WEXITSTATUS(status)) : kFailed;
}

RecorderOptions in(const std::string& directory, std::shared_ptr<SpanStore> store) {
  RecorderOptions options;
  options.region_directory = directory;
  options.exporters.push_back(make_memory_exporter(std::move(store)));
  return options;
}

#define EXPECT_PASSED(OUTCOME)                                                                 \
  {                                                                                            \
    const Outcome outcome = OUTCOME;                                                           \
    if (outcome == kNotPermitted) GTEST_SKIP() << "This user may not make a mount namespace."; \
    EXPECT_EQ(outcome, kPassed) << "The child's output says what failed.";                     \
  }

TEST(FullTmpfs, ThreadsThatFindNoRoomAreCountedAndNobodyDies) {
  EXPECT_PASSED(on_tmpfs("size=4m,mode=0700", [](const std::string& directory) {
    const auto store = std::make_shared<SpanStore>();
    Recorder recorder = Recorder::start(in(directory, store));
    ASSERT_TRUE(recorder) << recorder.error();
    constexpr int kThreads = 64, kSpans = 200;
    std::latch all_recorded(kThreads);
    test::run_threads(kThreads, [&](int) {
      for (int i = 0; i < kSpans; ++i) {
        NANOSPAN_SCOPE(span, "work");
        span.set_attribute("text", std::string(2000, 'x'));
        Span job = NANOSPAN_SPAN("job", {});
      }
      all_recorded.arrive_and_wait();
    });
    EXPECT_TRUE(recorder.flush(std::chrono::seconds(30)));
    const Accounting sum = recorder.accounting();
    test::expect_balanced(sum);
    EXPECT_EQ(sum.started, 2u * kThreads * kSpans);
    EXPECT_GT(sum.lost_no_lane, 0u);
    EXPECT_GT(sum.delivered, 0u);
    EXPECT_EQ(sum.delivered, store->size());
  }));
}

TEST(FullTmpfs, ThatSomebodyElseFillsMeanwhile) {
  EXPECT_PASSED(on_tmpfs("size=16m,mode=0700", [](const std::string& directory) {
    const auto store = std::make_shared<SpanStore>();
    Recorder recorder = Recorder::start(in(directory, store));
    ASSERT_TRUE(recorder) << recorder.error();
    { NANOSPAN_SCOPE(span, "before"); }
    FILE* const hog = std::fopen((directory + "/hog").c_str(), "w");
    const std::string chunk(64 << 10, 'x');
    while (std::fwrite(chunk.data(), 1, chunk.size(), hog) == chunk.size()) {
    }
    std::thread([] {
      for (int i = 0; i < 100; ++i) {
        NANOSPAN_SCOPE(span, "no room");
      }
    }).join();
    for (int i = 0; i < 100'000; ++i) {
      NANOSPAN_SCOPE(span, "goes on");
      span.set_attribute("text", std::string(500, 'x'));
    }
    EXPECT_TRUE(recorder.flush(std::chrono::seconds(30)));
    const Accounting sum = recorder.accounting();
    test::expect_balanced(sum);
    EXPECT_EQ(sum.started, 100'101u);
    EXPECT_EQ(sum.lost_no_lane, 100u);
    EXPECT_EQ(store->find_all("before").size(), 1u);
    std::fclose(hog);
  }));
}

TEST(FullTmpfs, FromTheBeginningIsAnErrorOrCounted) {
  EXPECT_PASSED(on_tmpfs("size=64k,mode=0700", [](const std::string& directory) {
    const auto store = std::make_shared<SpanStore>();
    Recorder recorder = Recorder::start(in(directory, store));
    if (!recorder) {
      EXPECT_NE(recorder.error().find(directory), std::string::npos);
    }
    NANOSPAN_SCOPE(span, "span");
    span.set_attribute("k", 1);
  }));
}

TEST(FullTmpfs, AReadOnlyMountIsAnErrorThatNamesIt) {
  EXPECT_PASSED(on_tmpfs("mode=0700", [](const std::string& directory) {
    ASSERT_EQ(mount("", directory.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
    const Recorder recorder = Recorder::start(in(directory, std::make_shared<SpanStore>()));
    EXPECT_FALSE(recorder);
    EXPECT_NE(recorder.error().find(directory), std::string::npos) << recorder.error();
    EXPECT_NE(recorder.error().find("Read-only"), std::string::npos) << recorder.error();
    NANOSPAN_SCOPE(span, "untraced");
    EXPECT_FALSE(span.is_recording());
  }));
}

}  // namespace
}  // namespace nanospan
