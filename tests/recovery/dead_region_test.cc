#include "recovery/dead_region.h"

#include <unistd.h>

#include <filesystem>

#include "format/checkpoint.h"
#include "recovery/dead_process.h"
#include "recovery/region_file.h"

namespace nanospan::recovery {
namespace {

using test::DeadProcess;
using test::found;
using test::region_name;
using Ids = std::vector<std::uint64_t>;
using Step = DeadRegion::Step;

constexpr std::uint64_t kBytesMax = 64u << 20;
constexpr std::uint32_t kBatchSpans = 8;

class DeadRegions : public ::testing::Test {
 protected:
  DeadRegion& claim(std::uint32_t batch_spans = kBatchSpans) {
    region_.reset();
    auto claim = Claim::take(found(path_));
    EXPECT_TRUE(claim);
    region_.emplace(std::move(*claim), bytes_max, batch_spans);
    return *region_;
  }
  // Up to the next batch, or the end.
  Step next() {
    builder.clear();
    Step step;
    do {
      step = region_->next(builder);
    } while (step == Step::kMore);
    return step;
  }
  Ids ids() const {
    Ids all;
    for (const SpanView span : builder.batch()) all.push_back(span.span_id().value);
    return all;
  }
  // Everything, each batch answered for.
  Ids deliver_all(std::uint32_t batch_spans = kBatchSpans) {
    Ids all;
    claim(batch_spans);
    while (next() == Step::kBatch) {
      for (const std::uint64_t id : ids()) all.push_back(id);
      region_->answered();
    }
    return all;
  }
  format::RegionView file_view() {
    file_.emplace(std::move(*RegionFile::open(path_)));
    return file_->view();
  }
  static Ids from_to(std::uint64_t first, std::uint64_t last) {
    Ids all;
    for (; first <= last; ++first) all.push_back(first);
    return all;
  }

  test::PrivateDirectory directory_;
  const std::string path_ = directory_.file(region_name(1));
  std::uint64_t bytes_max = kBytesMax;
  DeadProcess process;
  std::optional<DeadRegion> region_;
  BatchBuilder builder;

 private:
  std::optional<RegionFile> file_;
};

TEST_F(DeadRegions, PutACrashOnTheSpanThatWasCurrent) {
  process.open(1, 100);
  process.open(2, 101);
  format::CrashPage& crash = process.region.add_crash_page();
  crash.kind = static_cast<std::uint64_t>(format::CrashKind::kSignal);
  crash.signal = 11;
  crash.span_id = 101;
  crash.begun = crash.written = 1;
  process.write_to(path_);
  claim();
  ASSERT_EQ(next(), Step::kBatch);
  std::string events;
  for (const SpanView span : builder.batch())
    span.for_each_event([&](const EventView& event) {
      events += std::to_string(span.span_id().value) + " " + std::string(event.name) + " ";
      event.for_each_attribute([&](const AttributeView& attribute) {
        if (attribute.key == "exception.type") events += attribute.value.as_string();
      });
    });
  EXPECT_EQ(events, "101 exception SIGSEGV");
}

TEST_F(DeadRegions, GiveWhatWasFinishedThenWhatWasOpen) {
  process.finish(1, 20);
  process.open(1, 100);
  process.open(2, 101);
  process.write_to(path_);
  claim();
  ASSERT_EQ(next(), Step::kBatch);
  EXPECT_EQ(ids(), from_to(1, 8));
  EXPECT_EQ(builder.batch().resource().attributes.at(0).text, "shop");
  region_->answered();
  ASSERT_EQ(next(), Step::kBatch);
  region_->answered();
  ASSERT_EQ(next(), Step::kBatch);
  EXPECT_EQ(ids(), from_to(17, 20));
  region_->answered();
  ASSERT_EQ(next(), Step::kBatch);
  EXPECT_EQ(ids(), (Ids{100, 101}));
  for (const SpanView span : builder.batch()) {
    EXPECT_TRUE(span.unfinished());
    EXPECT_EQ(span.end_unix_ns(), region_->died_unix_ns());
  }
  EXPECT_EQ(region_->unfinished(), 2u);
  region_->answered();
  EXPECT_EQ(next(), Step::kEnd);
  EXPECT_TRUE(region_->remove());
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(DeadRegions, DoNotRepeatWhatTheirDrainDelivered) {
  process.finish(1, 20);
  process.region.lane(0).checkpoints[0].position = 15;
  process.region.lane(0).checkpoints[0].records = 15;
  process.write_to(path_);
  EXPECT_EQ(deliver_all(), from_to(16, 20));
}

TEST_F(DeadRegions, RepeatTheBatchThatWasNotAnsweredForAndNoOther) {
  process.finish(1, 20);
  process.open(1, 100);
  process.write_to(path_);
  claim();
  ASSERT_EQ(next(), Step::kBatch);
  region_->answered();
  ASSERT_EQ(next(), Step::kBatch);  // and no answer
  Ids rest = from_to(9, 20);
  rest.push_back(100);
  EXPECT_EQ(deliver_all(), rest);
  EXPECT_EQ(deliver_all(), Ids{100}) << "what was open goes with the file alone";
}

TEST_F(DeadRegions, AreAccountedForAsByTheirDrain) {
  process.finish(1, 20);
  process.region.header().delivered = 4;
  process.region.header().in_export = 7;
  process.region.lane(0).checkpoints[0].position = 4;
  process.region.lane(0).checkpoints[0].records = 4;
  process.write_to(path_);
  claim();
  ASSERT_EQ(next(), Step::kBatch);
  region_->answered();
  const format::RegionView view = file_view();
  EXPECT_EQ(view.header().delivered.load(), 12u);
  EXPECT_EQ(view.header().in_export.load(), 0u);
  EXPECT_EQ(format::load_checkpoint(view.header(), *view.lane(0)).records, 12u);
}

TEST_F(DeadRegions, GiveARecordThatWasPublishedAndNotCountedOnce) {
  process.finish(1, 3);
  test::TestSpan last;
  last.id = 4;
  process.region.write_at(0, 3, 3, last);
  process.open(1, 4);
  process.write_to(path_);
  EXPECT_EQ(deliver_all(), from_to(1, 4));
  EXPECT_EQ(deliver_all(), Ids{});
}

TEST_F(DeadRegions, OfNothingAreAtTheirEndAtOnce) {
  process.write_to(path_);
  claim();
  EXPECT_EQ(next(), Step::kEnd);
}

TEST_F(DeadRegions, CountDamageAndGoOn) {
  process.finish(1, 5);
  process.region.slot(0, 2).w[0] = 77;
  process.write_to(path_);
  EXPECT_EQ(deliver_all(), (Ids{1, 2, 4, 5}));
  EXPECT_EQ(file_view().header().damaged.load(), 1u);
}

TEST_F(DeadRegions, ThatAreCutShortWhileTheyAreReadFailInASentence) {
  process.finish(1, 5);
  process.write_to(path_);
  claim();
  EXPECT_EQ(region_->next(builder), Step::kMore);
  ASSERT_EQ(truncate(path_.c_str(), 4096), 0);
  EXPECT_EQ(next(), Step::kFailed);
  EXPECT_NE(region_->error().find("cut short"), std::string::npos) << region_->error();
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(DeadRegions, ThatAreCutShortAfterTheyWereReadAreDelivered) {
  process.finish(1, 20);
  process.write_to(path_);
  claim();
  ASSERT_EQ(next(), Step::kBatch);
  ASSERT_EQ(truncate(path_.c_str(), 0), 0);
  region_->answered();
  ASSERT_EQ(next(), Step::kBatch);
  EXPECT_EQ(ids(), from_to(9, 16));
}

TEST_F(DeadRegions, AreCopiedWithTheirHolesAndNoFurtherThanTheirLimit) {
  process.finish(1, 5);
  process.write_to(path_);
  ASSERT_EQ(truncate(path_.c_str(), off_t{1} << 32), 0);
  EXPECT_EQ(deliver_all(), from_to(1, 5));
  EXPECT_LT(region_->copied_bytes(), 2 * process.region.size());
  bytes_max = 4096;
  claim();
  EXPECT_EQ(next(), Step::kFailed);
  EXPECT_NE(region_->error().find("nanospan export"), std::string::npos) << region_->error();
}

TEST_F(DeadRegions, OfAbsurdLengthFailInASentence) {
  process.write_to(path_);
  ASSERT_EQ(truncate(path_.c_str(), off_t{1} << 40), 0);
  claim();
  EXPECT_EQ(next(), Step::kFailed);
}

TEST_F(DeadRegions, WhoseLanesAreAllOneRingGiveNoMoreThanTheyCanHold) {
  process.finish(1, 60);
  for (int copies = 0; copies < 4000; ++copies) {
    auto* const table = process.region.at<test::Word>(test::RegionBuilder::kLaneTableAt);
    table[process.region.header().lane_count++] = table[0].load();
  }
  process.region.header().extents_used = 0;
  process.write_to(path_);
  EXPECT_LE(deliver_all(4096).size(), process.region.size() / sizeof(detail::Slot));
}

TEST_F(DeadRegions, ThatProcessesDiedOfAreLeftAlone) {
  process.finish(1, 5);
  process.region.header().recovery_attempts = DeadRegion::kAttemptsMax;
  process.write_to(path_);
  claim();
  EXPECT_EQ(next(), Step::kFailed);
  EXPECT_NE(region_->error().find("died while they read"), std::string::npos) << region_->error();
}

TEST_F(DeadRegions, ThatWereReadAtLastCountNoDeathsAnyMore) {
  process.finish(1, 5);
  process.region.header().recovery_attempts = DeadRegion::kAttemptsMax - 1;
  process.write_to(path_);
  claim();
  ASSERT_EQ(next(), Step::kBatch);
  EXPECT_EQ(file_view().header().recovery_attempts.load(), 0u);
}

}  // namespace
}  // namespace nanospan::recovery
