// What a flush promises, and what becomes of every span.
#include "drain/drain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "drain_fixture.h"
#include "support/without_threads.h"

namespace nanospan::test {
namespace {

TEST_F(DrainTest, DeliversEverythingInOrderAndConfirmsIt) {
  auto exporter = std::make_shared<CollectingExporter>();
  drain::Drain drain;
  publish(100);
  start(drain, {exporter});
  ASSERT_TRUE(drain.flush(soon()));
  std::vector<std::uint64_t> expected(100);
  std::iota(expected.begin(), expected.end(), 1);
  EXPECT_EQ(exporter->ids(), expected);
  EXPECT_EQ(exporter->flushes, 1);
  EXPECT_EQ(value(region->header().delivered), 100u);
  EXPECT_EQ(value(region->header().in_export), 0u);
  EXPECT_EQ(checkpoint().position, 100u);
  EXPECT_EQ(checkpoint().records, 100u);
  EXPECT_TRUE(drain.shutdown(soon()));
  EXPECT_EQ(exporter->shutdowns, 1);
}

TEST_F(DrainTest, CountsOnceWhatAnExporterRefusesOrThrowsAt) {
  auto last = std::make_shared<CollectingExporter>();
  drain::Drain drain;
  publish(10);
  start(drain,
        {std::make_shared<FailingExporter>(false), std::make_shared<FailingExporter>(true), last});
  ASSERT_TRUE(drain.flush(soon()));
  EXPECT_EQ(value(region->header().refused), 10u);
  EXPECT_EQ(value(region->header().delivered), 0u);
  EXPECT_EQ(last->ids().size(), 10u);  // one exporter's failure is not another's
  EXPECT_TRUE(drain.shutdown(soon()));
}

TEST_F(DrainTest, CountsSpansAsUnexportedWithoutExporters) {
  drain::Drain drain;
  publish(7);
  start(drain, {});
  ASSERT_TRUE(drain.flush(soon()));
  EXPECT_EQ(value(region->header().unexported), 7u);
  EXPECT_TRUE(drain.shutdown(soon()));
}

TEST_F(DrainTest, SlowExporterCostsSpansThatAreCountedAndNoMemory) {
  options.batches_max = 1;
  options.batch_spans_max = 16;
  auto exporter = std::make_shared<GatedExporter>();
  drain::Drain drain;
  start(drain, {exporter});
  publish(16);
  exporter->wait_until_entered();
  publish(5000);  // many laps of a ring of 256 slots
  EXPECT_LE(value(region->header().in_export), 16u);
  exporter->open();
  ASSERT_TRUE(drain.flush(soon()));
  EXPECT_GT(value(region->header().overwritten), 4000u);
  EXPECT_EQ(accounted(), 5016u);
  EXPECT_EQ(value(region->header().delivered), exporter->ids().size());
  EXPECT_TRUE(drain.shutdown(soon()));
}

TEST_F(DrainTest, ManyMayFlushAtOnce) {
  auto exporter = std::make_shared<CollectingExporter>();
  drain::Drain drain;
  publish(50);
  start(drain, {exporter});
  std::atomic<int> flushed{0};
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 8; ++i)
      callers.emplace_back([&] { flushed += drain.flush(soon()) ? 1 : 0; });
  }
  EXPECT_EQ(flushed, 8);
  EXPECT_EQ(exporter->ids().size(), 50u);
  EXPECT_TRUE(drain.shutdown(soon()));
}

TEST_F(DrainTest, ShutdownLeavesAHungExporterBehind) {
  auto exporter = std::make_shared<GatedExporter>();
  {
    drain::Drain drain;
    publish(1);
    start(drain, {exporter});
    exporter->wait_until_entered();
    EXPECT_FALSE(drain.flush(std::chrono::steady_clock::now()));
    EXPECT_FALSE(drain.shutdown(std::chrono::steady_clock::now()));
    EXPECT_FALSE(drain.shutdown(soon()));  // it has been left
  }
  EXPECT_EQ(log.count_with("a test's memory did not come back"), 1);
  EXPECT_EQ(log.count_with(" On their way: 1 span, "), 1);
  exporter->open();  // its thread ends on memory that is still there
  while (exporter->shutdowns == 0) std::this_thread::yield();
  EXPECT_EQ(exporter->ids().size(), 1u);
  // It came too late: whoever recovers the region reads what was never confirmed.
  EXPECT_EQ(value(region->header().in_export), 1u);
  EXPECT_EQ(value(region->header().delivered), 0u);
  EXPECT_EQ(checkpoint().position, 0u);
}

TEST_F(DrainTest, PreparesALargerRingForALaneThatFillsItsOwn) {
  publish(200);
  drain::Drain drain;
  start(drain, {std::make_shared<CollectingExporter>()});
  ASSERT_TRUE(drain.flush(soon()));
  EXPECT_EQ(value(region->lane(lane).rings[1].slots), 4 * value(region->lane(lane).rings[0].slots));
  EXPECT_TRUE(drain.shutdown(soon()));
}

TEST_F(DrainTest, CountsWhatWasOverwrittenBeforeItCame) {
  publish(5000);
  drain::Drain drain;
  start(drain, {std::make_shared<CollectingExporter>()});
  ASSERT_TRUE(drain.flush(soon()));
  EXPECT_GT(value(region->header().overwritten), 4000u);
  EXPECT_EQ(accounted(), 5000u);
  EXPECT_TRUE(drain.shutdown(soon()));
}

TEST_F(DrainTest, SaysOnceWhatWasOverwrittenAndWhatHelps) {
  drain::Drain drain;
  publish(5000);
  start(drain, {std::make_shared<CollectingExporter>()});
  for (int time = 0; time < 3; ++time) {
    ASSERT_TRUE(drain.flush(soon()));
    publish(5000);
  }
  EXPECT_TRUE(drain.shutdown(soon()));
  EXPECT_EQ(log.count_with("spans were overwritten"), 1);
  EXPECT_EQ(log.count_with("ring_bytes_max"), 1);
}

TEST_F(DrainTest, CountsAndConfirmsWhenTheExporterHasAnswered) {
  options.batches_max = 2;
  options.batch_spans_max = 16;
  auto exporter = std::make_shared<GatedExporter>();
  drain::Drain drain;
  start(drain, {exporter});
  publish(16);
  exporter->wait_until_entered();
  publish(5000);
  while (value(region->header().in_export) <= 16) std::this_thread::yield();
  // A crash now: a recoverer goes on at the checkpoint, and nothing behind it has been counted.
  EXPECT_EQ(checkpoint().position, 0u);
  EXPECT_EQ(accounted() - value(region->header().in_export), 0u);
  exporter->open();
  ASSERT_TRUE(drain.flush(soon()));
  EXPECT_EQ(checkpoint().position, 5016u);
  EXPECT_EQ(checkpoint().overwritten, value(region->header().overwritten));
  EXPECT_EQ(accounted(), 5016u);
  EXPECT_TRUE(drain.shutdown(soon()));
}

TEST_F(DrainTest, ShutdownReadsALastTime) {
  auto exporter = std::make_shared<CollectingExporter>();
  drain::Drain drain;
  start(drain, {exporter});
  ASSERT_TRUE(drain.flush(soon()));
  publish(10);
  EXPECT_TRUE(drain.shutdown(soon()));
  EXPECT_EQ(exporter->ids().size(), 10u);
  EXPECT_EQ(accounted(), 10u);
  EXPECT_TRUE(drain.shutdown(soon()));
  EXPECT_EQ(exporter->shutdowns, 1);
}

TEST_F(DrainTest, NoFlushWaitsForADrainThatHasEnded) {
  const Deadline never = std::chrono::steady_clock::now() + std::chrono::hours(24);
  drain::Drain drain;
  start(drain, {std::make_shared<CollectingExporter>()});
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i)
      callers.emplace_back([&] {
        while (drain.flush(never)) {
        }
      });
    EXPECT_TRUE(drain.flush(never));
    EXPECT_TRUE(drain.shutdown(soon()));
  }
  EXPECT_FALSE(drain.flush(never));
}

TEST_F(DrainTest, AsksForALargerRingOnceASecondWhenItIsRefused) {
  while (region->add_lane() >= 0) {
  }
  const std::uint64_t before = value(region->header().counters.grow_refused);
  const auto began = std::chrono::steady_clock::now();
  drain::Drain drain;
  start(drain, {std::make_shared<CollectingExporter>()});
  for (int time = 0; time < 50; ++time) {
    publish(200);
    ASSERT_TRUE(drain.flush(soon()));
  }
  EXPECT_TRUE(drain.shutdown(soon()));
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
  const std::uint64_t refused = value(region->header().counters.grow_refused) - before;
  EXPECT_GE(refused, 1u);
  EXPECT_LE(refused, 1u + static_cast<std::uint64_t>(seconds.count()));
}

TEST_F(DrainTest, SaysEveryExportersFailureOnce) {
  drain::Drain drain;
  start(drain, {std::make_shared<FailingExporter>(false), std::make_shared<FailingExporter>(true)});
  for (int time = 0; time < 3; ++time) {
    publish(1);
    ASSERT_TRUE(drain.flush(soon()));
  }
  EXPECT_TRUE(drain.shutdown(soon()));
  EXPECT_EQ(log.count_with("one that refuses failed (the disk is full)"), 1);
  EXPECT_EQ(log.count_with("one that throws failed (no)"), 1);
}

TEST_F(DrainTest, AnExporterMayThrowAtEverything) {
  class Throwing : public Exporter {
    ExportResult export_batch(const SpanBatch& /*batch*/, Deadline /*deadline*/) override {
      throw 1;
    }
    bool flush(Deadline /*deadline*/) override { throw 2; }
    void shutdown(Deadline /*deadline*/) override { throw 3; }
    std::string describe() const override { throw 4; }
  };
  drain::Drain drain;
  publish(3);
  start(drain, {std::make_shared<Throwing>()});
  EXPECT_FALSE(drain.flush(soon()));
  EXPECT_TRUE(drain.shutdown(soon()));
  EXPECT_EQ(value(region->header().refused), 3u);
  EXPECT_EQ(log.count_with("an exporter failed"), 3);
}

TEST_F(DrainTest, WithoutAThreadItSaysWhyAndShutsTheExportersDown) {
  auto exporter = std::make_shared<CollectingExporter>();
  drain::Drain drain;
  {
    const WithoutThreads scarcity;
    const Status started = drain.start(*region, {exporter}, std::make_shared<Resource>(), options);
    EXPECT_FALSE(started);
    EXPECT_THAT(started.error(), ::testing::HasSubstr("thread"));
  }
  EXPECT_EQ(exporter->shutdowns, 1);
  EXPECT_TRUE(drain.flush(soon()));  // as if there were none
  start(drain, {exporter});
  publish(1);
  EXPECT_TRUE(drain.flush(soon()));
  EXPECT_EQ(exporter->ids().size(), 1u);
}

}  // namespace
}  // namespace nanospan::test
