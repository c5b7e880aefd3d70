#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <thread>

#include "support/log_lines.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::PrivateDirectory;
using test::Recording;

TEST(Stop, SpansMayOutliveTheRecorder) {
  std::optional<Recording> recording(std::in_place);
  NANOSPAN_SCOPE(scoped, "scoped");
  const ContextScope scope(scoped.is_recording() ? current_context() : Context());
  Span detached = NANOSPAN_SPAN("detached", {});
  recording.reset();
  scoped.set_attribute("late", 1);
  scoped.add_event("late");
  detached.set_attribute("late", 1);
  detached.add_event("late");
  detached.end();
  EXPECT_FALSE(detached.is_recording());
  NANOSPAN_SCOPE(after, "after");
  after.set_attribute("k", 1);
  EXPECT_FALSE(after.is_recording());
}

TEST(Stop, SpansOfOneRecorderEndInTheNextWithoutHarm) {
  std::optional<Recording> first(std::in_place);
  Span detached = NANOSPAN_SPAN("of the first", {});
  {
    NANOSPAN_SCOPE(scoped, "of the first");
    first.reset();
    Recording second;
    {
      NANOSPAN_SCOPE(span, "of the second");
      detached.set_attribute("late", 1);
      detached.end();
      scoped.set_attribute("late", 1);
    }
    scoped.end();
    { NANOSPAN_SCOPE(span, "next"); }
    EXPECT_EQ(second.spans().size(), 2u);
    EXPECT_FALSE(second.span("next").parent_span_id.is_valid());
    const Accounting sum = second.expect_balanced_at_rest();
    EXPECT_EQ(sum.started, 2u);
    EXPECT_EQ(sum.in_flight, 0u);
  }
}

// Small batches, so that a flush waits for few spans of those who never pause.
RecorderOptions small_batches() {
  RecorderOptions options;
  options.drain.batch_spans_max = 256;
  return options;
}

TEST(Stop, WhileThreadsRecord) {
  for (int round = 0; round < 10; ++round) {
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    std::optional<Recording> recording(std::in_place, small_batches());
    std::atomic<int> running{0};
    for (int t = 0; t < 3; ++t)
      threads.emplace_back([&] {
        running.fetch_add(1);
        while (!done.load(std::memory_order_relaxed)) {
          NANOSPAN_SCOPE(span, "work");
          span.set_attribute("text", "some text that goes by a call, for it is longer than a slot");
          Span detached = NANOSPAN_SPAN("job", {});
          detached.set_attribute("k", 1);
        }
      });
    while (running.load() < 3) std::this_thread::yield();
    recording.reset();
    recording.emplace(small_batches());
    { NANOSPAN_SCOPE(span, "new"); }
    EXPECT_EQ(recording->spans("new").size(), 1u);
    done.store(true);
    for (auto& thread : threads) thread.join();
    recording->expect_balanced_at_rest();
  }
}

TEST(Stop, RemovesTheRegion) {
  PrivateDirectory directory;
  RecorderOptions options;
  options.region_directory = directory.path();
  Recording recording(std::move(options));
  const std::string path = recording.recorder().region_path();
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_TRUE(recording.recorder().stop(std::chrono::seconds(5)));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(recording.recorder().stop(std::chrono::seconds(5)));
}

TEST(Stop, DeliversWhatEndedBefore) {
  PrivateDirectory directory;
  const auto store = std::make_shared<SpanStore>();
  {
    RecorderOptions options;
    options.region_directory = directory.path();
    options.exporters.push_back(make_memory_exporter(store));
    const Recorder recorder = Recorder::start(std::move(options));
    for (int i = 0; i < 1000; ++i) {
      NANOSPAN_SCOPE(span, "span");
    }
  }
  EXPECT_EQ(store->size(), 1000u);
}

TEST(Stop, TakesTheLongestTimesThereAre) {
  constexpr auto kMax = std::chrono::milliseconds::max();
  PrivateDirectory directory;
  const auto store = std::make_shared<SpanStore>();
  RecorderOptions options;
  options.region_directory = directory.path();
  options.drain.idle_sleep_max = options.stop_timeout = kMax;
  options.exporters.push_back(make_memory_exporter(store));
  Recorder recorder = Recorder::start(std::move(options));
  { NANOSPAN_SCOPE(span, "flushed"); }
  EXPECT_TRUE(recorder.flush(kMax));
  EXPECT_EQ(store->size(), 1u);
  { NANOSPAN_SCOPE(span, "stopped"); }
  EXPECT_TRUE(recorder.stop(kMax));
  EXPECT_EQ(store->size(), 2u);
}

// Exports as a test tells it.
class Scripted final : public Exporter {
 public:
  enum class Does { kRefuse, kThrow };
  explicit Scripted(Does does) : does_(does) {}
  ExportResult export_batch(const SpanBatch&, Deadline) override {
    if (does_ == Does::kThrow) throw std::runtime_error("the disk is on fire");
    return ExportResult::kFailure;
  }
  std::string describe() const override { return "scripted exporter"; }

 private:
  Does does_;
};

TEST(Exporters, ThatFailOrThrowAreCounted) {
  for (const auto does : {Scripted::Does::kRefuse, Scripted::Does::kThrow}) {
    RecorderOptions options;
    options.exporters.push_back(std::make_shared<Scripted>(does));
    Recording recording(std::move(options));
    for (int i = 0; i < 10; ++i) {
      NANOSPAN_SCOPE(span, "span");
    }
    const Accounting sum = recording.expect_balanced_at_rest();
    EXPECT_EQ(sum.committed, 10u);
    EXPECT_EQ(sum.refused, 10u);
    EXPECT_EQ(sum.delivered, 0u);
  }
}

TEST(Drain, SwitchedOffLeavesTheSpansInTheRegion) {
  PrivateDirectory directory;
  RecorderOptions options;
  options.region_directory = directory.path();
  options.drain.enabled = false;
  std::string path;
  {
    Recorder recorder = Recorder::start(std::move(options));
    ASSERT_TRUE(recorder) << recorder.error();
    path = recorder.region_path();
    for (int i = 0; i < 10; ++i) {
      NANOSPAN_SCOPE(span, "span");
    }
    EXPECT_TRUE(recorder.flush());
    const Accounting sum = recorder.accounting();
    test::expect_balanced(sum);
    EXPECT_EQ(sum.committed, 10u);
    EXPECT_EQ(sum.in_ring, 10u);
  }
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(Drain, SwitchedOffCountsWhatTheRingsOverwrite) {
  PrivateDirectory directory;
  RecorderOptions options;
  options.region_directory = directory.path();
  options.drain.enabled = false;
  options.ring_bytes_initial = options.ring_bytes_max = 16u << 10;
  Recorder recorder = Recorder::start(std::move(options));
  ASSERT_TRUE(recorder) << recorder.error();
  for (int i = 0; i < 10'000; ++i) {
    NANOSPAN_SCOPE(span, "span");
  }
  const Accounting sum = recorder.accounting();
  test::expect_balanced(sum);
  EXPECT_EQ(sum.in_ring, (16u << 10) / 64);
  EXPECT_EQ(sum.overwritten, 10'000 - sum.in_ring);
}

TEST(Drain, SwitchedOffWarnsOfExportersThatGetNothing) {
  PrivateDirectory directory;
  test::LogLines log;
  RecorderOptions options;
  options.region_directory = directory.path();
  options.drain.enabled = false;
  options.exporters.push_back(make_memory_exporter(std::make_shared<SpanStore>()));
  const Recorder recorder = Recorder::start(std::move(options));
  ASSERT_TRUE(recorder) << recorder.error();
  EXPECT_EQ(log.count_with("exporters given get no spans"), 1);
}

TEST(Drain, SaysOnceThatItsProcessorsAreNotThere) {
  test::LogLines log;
  RecorderOptions options;
  options.drain.cpus = {1'000'000};
  {
    Recording recording(std::move(options));
    recording.flush();
  }
  EXPECT_EQ(log.count_with("can't be bound to the processors"), 1);
}

TEST(Stop, LeavesTheLastSumsAndSaysSo) {
  PrivateDirectory directory;
  const auto store = std::make_shared<SpanStore>();
  RecorderOptions options;
  options.region_directory = directory.path();
  options.exporters.push_back(make_memory_exporter(store));
  Recorder recorder = Recorder::start(std::move(options));
  ASSERT_TRUE(recorder) << recorder.error();
  for (int i = 0; i < 10; ++i) {
    NANOSPAN_SCOPE(span, "span");
  }
  EXPECT_TRUE(recorder.stop(std::chrono::seconds(30)));
  EXPECT_FALSE(recorder);
  EXPECT_EQ(recorder.error(), "stopped");
  const Accounting sum = recorder.accounting();
  test::expect_balanced(sum);
  EXPECT_EQ(sum.started, 10u);
  EXPECT_EQ(sum.delivered, 10u);
  EXPECT_FALSE(recorder.flush());
}

TEST(PrepareThread, LeasesALaneAhead) {
  Recording recording;
  EXPECT_TRUE(prepare_thread());
  EXPECT_TRUE(prepare_thread());
  std::thread([] { EXPECT_TRUE(prepare_thread()); }).join();
  EXPECT_EQ(recording.expect_balanced_at_rest().started, 0u);
}

}  // namespace
}  // namespace nanospan
