// A backlog beside the drain's own spans.
#include "drain/backlog.h"

#include <thread>

#include "decode/definition_table.h"
#include "drain/drain_fixture.h"

namespace nanospan::test {
namespace {

// What happened to a backlog; outlives it.
struct Story {
  std::atomic<int> asked{0}, delivered{0}, failed{0};
  std::atomic<bool> ended{false};
};

// Batches of one span each, with ids from kFirstId on; between two of them a step without one.
class Batches final : public drain::Backlog {
 public:
  static constexpr std::uint64_t kFirstId = 1'000'000;
  Batches(Story& story, int count, int throws_at = -1)
      : story_(story), count_(count), throws_at_(throws_at) {}
  ~Batches() override { story_.ended = true; }

  Step next(decode::BatchBuilder& into) override {
    EXPECT_TRUE(into.empty());
    EXPECT_EQ(story_.asked, story_.delivered + story_.failed) << "asked before it was answered";
    if ((pauses_ = !pauses_)) return Step::kMore;
    if (story_.asked == throws_at_) throw std::runtime_error("torn");
    if (story_.asked == count_) return Step::kEnd;
    into.begin(std::make_shared<const Resource>(), table_);
    static const ThreadInfo kThread;
    SpanRecord record;
    record.span_id = SpanId{kFirstId + static_cast<std::uint64_t>(story_.asked++)};
    record.callsite = &detail::DefinitionTable::unknown_callsite();
    record.thread = &kThread;
    into.add(record);
    return Step::kBatch;
  }
  void answered(bool is_delivered) noexcept override {
    ++(is_delivered ? story_.delivered : story_.failed);
  }

 private:
  Story& story_;
  const int count_, throws_at_;
  bool pauses_ = false;
  const std::shared_ptr<detail::DefinitionTable> table_ =
      std::make_shared<detail::DefinitionTable>();
};

class BacklogTest : public DrainTest {
 protected:
  void start_with(std::unique_ptr<drain::Backlog> backlog, std::shared_ptr<Exporter> exporter) {
    drain.give_backlog(std::move(backlog));
    start(drain, {std::move(exporter)});
  }
  void TearDown() override {
    drain.shutdown(soon());
    DrainTest::TearDown();
  }
  Story story;
  drain::Drain drain;
};

TEST_F(BacklogTest, IsExportedByTheNextFlushAndCountedNowhere) {
  const auto exporter = std::make_shared<CollectingExporter>();
  start_with(std::make_unique<Batches>(story, 50), exporter);
  publish(10);
  EXPECT_TRUE(drain.flush(soon()));
  EXPECT_TRUE(story.ended);
  EXPECT_EQ(story.delivered, 50);
  EXPECT_EQ(exporter->ids().size(), 60u);
  EXPECT_EQ(value(region->header().delivered), 10u);
  EXPECT_EQ(accounted(), 10u);
}

TEST_F(BacklogTest, IsToldOfFailures) {
  start_with(std::make_unique<Batches>(story, 3), std::make_shared<FailingExporter>(true));
  EXPECT_TRUE(drain.flush(soon()));
  EXPECT_EQ(story.failed, 3);
  EXPECT_EQ(value(region->header().refused), 0u);
}

TEST_F(BacklogTest, ThatThrowsEndsAndTheDrainGoesOn) {
  const auto exporter = std::make_shared<CollectingExporter>();
  start_with(std::make_unique<Batches>(story, 9, 2), exporter);
  publish(10);
  EXPECT_TRUE(drain.flush(soon()));
  EXPECT_TRUE(story.ended);
  EXPECT_EQ(exporter->ids().size(), 12u);
  EXPECT_EQ(log.count_with("torn"), 1) << log.text();
}

TEST_F(BacklogTest, KeepsNoSpansOfItsOwnWaitingForTheReaders) {
  const auto exporter = std::make_shared<GatedExporter>();
  start_with(std::make_unique<Batches>(story, 5), exporter);
  exporter->wait_until_entered();
  publish(10);
  EXPECT_FALSE(drain.flush(std::chrono::steady_clock::now()));
  exporter->open();
  EXPECT_TRUE(drain.flush(soon()));
  EXPECT_EQ(exporter->ids().size(), 15u);
}

// Writers that outrun an exporter keep every parcel of theirs out, for as long as they do.
TEST_F(BacklogTest, WaitsForNoParcelOfTheLiveSpans) {
  options.batches_max = 1;
  const auto exporter = std::make_shared<GatedExporter>();
  publish(10);
  start_with(std::make_unique<Batches>(story, 5), exporter);
  exporter->wait_until_entered();
  const auto deadline = soon();
  while (story.asked == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(story.asked, 1);
  exporter->open();
  EXPECT_TRUE(drain.flush(soon()));
  EXPECT_EQ(exporter->ids().size(), 15u);
}

TEST_F(BacklogTest, IsAnsweredAtShutdownForWhatWasUnderWay) {
  const auto exporter = std::make_shared<GatedExporter>();
  start_with(std::make_unique<Batches>(story, 5), exporter);
  exporter->wait_until_entered();
  exporter->open();
  EXPECT_TRUE(drain.shutdown(soon()));
  EXPECT_TRUE(story.ended);
  EXPECT_EQ(story.asked, story.delivered);
}

TEST_F(BacklogTest, IsGivenUpWithAnExporterThatHangs) {
  const auto exporter = std::make_shared<GatedExporter>();
  start_with(std::make_unique<Batches>(story, 5), exporter);
  exporter->wait_until_entered();
  EXPECT_FALSE(drain.shutdown(std::chrono::steady_clock::now()));
  EXPECT_TRUE(story.ended);
  EXPECT_EQ(story.delivered, 0);
  exporter->open();
}

}  // namespace
}  // namespace nanospan::test
