#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "stress/numbered.h"
#include "support/log_lines.h"
#include "support/threads.h"

namespace nanospan {
namespace {

using test::NumberedRecording;
using test::record_numbered;

constexpr bool kSanitized =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
    true;
#else
    false;
#endif
#else
    false;
#endif

// Each thread records one span, waits until all have their lanes, and records the others.
void record_from_crowd(int threads, int spans) {
  std::latch all_here(threads);
  test::run_threads(threads, [&](int t) {
    record_numbered(t, 0);
    all_here.arrive_and_wait();
    for (int n = 1; n < spans; ++n) record_numbered(t, n);
  });
}

TEST(ShortThreads, ReuseLanesWithinTheBudgetAndLoseNothingUnnamed) {
  NumberedRecording numbered;
  const int threads = 5'000 * (kSanitized ? 1 : test::stress_factor(20, 20));
  constexpr int kBatch = 50, kSpans = 5;
  for (int first = 0; first < threads; first += kBatch)
    test::run_threads(kBatch, [first](int t) {
      for (int n = 0; n < kSpans; ++n) record_numbered(first + t, n);
    });
  const Accounting sum =
      numbered.expect_all_accounted_for(static_cast<std::uint64_t>(threads) * kSpans);
  EXPECT_EQ(sum.lost(), 0u);
  const auto bytes = std::filesystem::file_size(numbered.recording.recorder().region_path());
  EXPECT_LE(bytes, RecorderOptions().budget_bytes + (8u << 20));
}

TEST(LiveThreads, AThousandShareTheDefaultBudget) {
  NumberedRecording numbered;
  constexpr int kThreads = 1000, kSpans = 50;
  record_from_crowd(kThreads, kSpans);
  const Accounting sum = numbered.expect_all_accounted_for(kThreads * kSpans);
  EXPECT_EQ(sum.lost(), sum.lost_no_lane);
  EXPECT_LT(sum.lost_no_lane, sum.started / 2);
}

TEST(LiveThreads, BeyondTheBudgetAreCountedAndLaterOnesFindRoom) {
  RecorderOptions options;
  options.budget_bytes = 2u << 20;
  const test::LogLines log;
  NumberedRecording numbered(std::move(options));
  constexpr int kThreads = 200, kSpans = 20;
  record_from_crowd(kThreads, kSpans);
  const Accounting crowded = numbered.expect_all_accounted_for(kThreads * kSpans);
  EXPECT_GT(crowded.lost_no_lane, 0u);
  EXPECT_GT(crowded.delivered, 0u);
  std::thread([] { record_numbered(kThreads, 0); }).join();
  const Accounting later = numbered.expect_all_accounted_for(kThreads * kSpans + 1);
  EXPECT_EQ(later.lost_no_lane, crowded.lost_no_lane);
  EXPECT_EQ(log.count_with("could have no lane"), 1) << log.text();
}

TEST(LiveThreads, OneThatFoundNoRoomRecordsOnceThereIs) {
  RecorderOptions options;
  options.budget_bytes = 1u << 20;
  NumberedRecording numbered(std::move(options));
  constexpr int kThreads = 100;
  std::latch all_recorded(kThreads + 1), may_leave(kThreads + 1);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      record_numbered(t, 0);
      all_recorded.arrive_and_wait();
      may_leave.arrive_and_wait();
    });
  all_recorded.arrive_and_wait();
  // All lanes are taken, so this thread finds none.
  record_numbered(kThreads, 0);
  const std::uint64_t lost = numbered.recording.accounting().lost_no_lane;
  EXPECT_GT(lost, 0u);
  may_leave.arrive_and_wait();
  for (auto& thread : threads) thread.join();
  record_numbered(kThreads, 1);
  EXPECT_EQ(numbered.expect_all_accounted_for(kThreads + 2).lost_no_lane, lost);
}

}  // namespace
}  // namespace nanospan
