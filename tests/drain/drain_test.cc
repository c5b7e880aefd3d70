// What a flush promises, and what becomes of every span.
#include "drain/drain.h"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "drain_fixture.h"

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
  EXPECT_EQ(value(region->lane(lane).confirmed_position), 100u);
  EXPECT_EQ(value(region->lane(lane).confirmed_records), 100u);
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
  }
  exporter->open();  // its thread ends on memory that is still there
  while (exporter->shutdowns == 0) std::this_thread::yield();
  EXPECT_EQ(exporter->ids().size(), 1u);
}

TEST_F(DrainTest, PreparesALargerRingForALaneThatFillsItsOwn) {
  publish(200);
  drain::Drain drain;
  start(drain, {std::make_shared<CollectingExporter>()});
  ASSERT_TRUE(drain.flush(soon()));
  EXPECT_EQ(value(region->lane(lane).rings[1].slots), 4 * value(region->lane(lane).rings[0].slots));
  EXPECT_TRUE(drain.shutdown(soon()));
}

}  // namespace
}  // namespace nanospan::test
