#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "stress/numbered.h"
#include "support/threads.h"

namespace nanospan {
namespace {

using test::NumberedRecording;
using test::record_numbered;

void record_from_threads(int threads, std::int64_t spans) {
  test::run_threads(threads, [spans](int t) {
    for (std::int64_t n = 0; n < spans; ++n) record_numbered(t, n);
  });
}

TEST(Overload, WhatSmallRingsLoseIsCountedExactly) {
  RecorderOptions options;
  options.ring_bytes_initial = 16u << 10;
  options.ring_bytes_max = 16u << 10;
  NumberedRecording numbered(std::move(options));
  const std::int64_t spans = 200'000 * test::stress_factor(5, 50);
  record_from_threads(3, spans);
  const Accounting sum = numbered.expect_all_accounted_for(3 * static_cast<std::uint64_t>(spans));
  EXPECT_GT(sum.delivered, 0u);
  EXPECT_EQ(sum.lost(), 0u);
}

TEST(Overload, RingsGrowAndStayInOrder) {
  RecorderOptions options;
  options.ring_bytes_initial = 16u << 10;
  NumberedRecording numbered(std::move(options));
  const std::int64_t spans = 200'000 * test::stress_factor(5, 50);
  record_from_threads(2, spans);
  numbered.expect_all_accounted_for(2 * static_cast<std::uint64_t>(spans));
}

TEST(Overload, ARateTheDrainKeepsUpWithLosesNothing) {
  NumberedRecording numbered;
  constexpr int kBursts = 50, kSpans = 200;
  for (int burst = 0; burst < kBursts; ++burst) {
    for (int n = 0; n < kSpans; ++n) record_numbered(0, burst * kSpans + n);
    numbered.recording.flush();
  }
  const Accounting sum = numbered.expect_all_accounted_for(kBursts * kSpans);
  EXPECT_EQ(sum.delivered, static_cast<std::uint64_t>(kBursts) * kSpans);
}

// Takes its time; the spans wait, in bounds, or are counted.
class Slow final : public Exporter {
 public:
  ExportResult export_batch(const SpanBatch&, Deadline) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return ExportResult::kSuccess;
  }
  std::string describe() const override { return "a slow exporter"; }
};

TEST(Overload, ASlowExporterCostsSpansThatAreCounted) {
  RecorderOptions options;
  options.exporters.push_back(std::make_shared<Slow>());
  options.drain.batch_spans_max = 64;
  NumberedRecording numbered(std::move(options));
  constexpr std::int64_t kSpans = 50'000;
  for (std::int64_t n = 0; n < kSpans; ++n) record_numbered(0, n);
  const Accounting sum = numbered.recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.started, static_cast<std::uint64_t>(kSpans));
  EXPECT_EQ(sum.delivered + sum.refused + sum.overwritten + sum.unexported + sum.lost(),
            static_cast<std::uint64_t>(kSpans));
}

TEST(Overload, FlushesFromManyThreadsWhileOthersRecord) {
  NumberedRecording numbered;
  std::atomic<bool> done{false};
  std::thread flusher([&] {
    while (!done.load()) numbered.recording.flush();
  });
  std::thread counter([&] {
    while (!done.load()) (void)numbered.recording.recorder().accounting();
  });
  constexpr std::int64_t kSpans = 50'000;
  record_from_threads(2, kSpans);
  done.store(true);
  flusher.join();
  counter.join();
  numbered.expect_all_accounted_for(2 * kSpans);
}

TEST(DetachedStress, SpansThatWanderBetweenThreadsArriveOnce) {
  NumberedRecording numbered;
  constexpr int kThreads = 4;
  const int rounds = 2'000 * test::stress_factor(5, 50);
  // Each writes into its own place and ends what its neighbour left there a round ago.
  std::array<std::array<Span, 64>, kThreads> left;
  std::array<std::mutex, kThreads> mutexes;
  test::run_threads(kThreads, [&](int t) {
    for (int round = 0; round < rounds; ++round) {
      const auto own = static_cast<std::size_t>(t), place = static_cast<std::size_t>(round) % 64;
      Span span = NANOSPAN_SPAN("wandering", {});
      span.set_attribute("round", round);
      {
        const std::lock_guard lock(mutexes[own]);
        std::swap(left[own][place], span);
      }
      Span taken;
      {
        const std::size_t neighbour = (own + 1) % kThreads;
        const std::lock_guard lock(mutexes[neighbour]);
        std::swap(left[neighbour][place], taken);
      }
      taken.add_event("taken");
    }
  });
  for (auto& places : left)
    for (Span& span : places) span.end();
  numbered.expect_all_accounted_for(static_cast<std::uint64_t>(kThreads) *
                                    static_cast<std::uint64_t>(rounds));
}

}  // namespace
}  // namespace nanospan
