// What a reader that was lapped lost: to the record, over all wraps and in rings long left.
#include "decode/reader_fixture.h"

namespace nanospan::test {
namespace {

using decode::ReaderOptions;
using decode::ReadStats;
using decode::RegionReader;

using LostRecords = ReaderTest;

constexpr ReaderOptions kDead{.owner_is_gone = true};

TEST_F(LostRecords, CountsExactlyWhatALapOverwrote) {
  const auto lane = region.add_lane(16);
  RegionReader reader(view());
  publish_ids(lane, 1, 5);
  (void)reader.read_finished(batch, 100);
  batch.clear();
  publish_ids(lane, 6, 100);
  const ReadStats stats = reader.read_finished(batch, 1000);
  EXPECT_EQ(stats.spans + stats.overwritten, 100u);
  EXPECT_EQ(stats.damaged, 0u);
  EXPECT_EQ(ids(), range(106 - stats.spans, stats.spans));
  EXPECT_EQ(reader.lane_records(0), 105u);
  EXPECT_EQ(reader.lane_overwritten(0), stats.overwritten);
}

TEST_F(LostRecords, CountsRecordsOfSeveralSlotsExactlyWhenLapped) {
  const auto lane = region.add_lane(64);
  RegionReader reader(view());
  std::uint64_t id = 0;
  for (int i = 0; i < 300; ++i) {
    TestSpan span;
    span.id = ++id;
    span.payload = Payload()
                       .add(ElementType::kString, 0, "k", {},
                            std::string(static_cast<std::size_t>(i * 37 % 200), 'x'))
                       .words;
    region.publish(lane, span);
  }
  const ReadStats stats = reader.read_finished(batch, 1000);
  EXPECT_EQ(stats.spans + stats.overwritten, 300u);
  EXPECT_EQ(stats.damaged, 0u);
  EXPECT_GT(stats.spans, 5u);
  EXPECT_EQ(ids(), range(301 - stats.spans, stats.spans));
}

TEST_F(LostRecords, CountsAcrossTheWrapOfTheSequence) {
  const std::uint64_t records = (1u << 24) - 5;
  const auto lane = region.add_lane(16, 3 << 24, records);
  region.lane(lane).checkpoints[0].position = 3 << 24;
  region.lane(lane).checkpoints[0].records = records;
  RegionReader reader(view());
  reader.start_at_confirmed();
  publish_ids(lane, 1, 10);
  EXPECT_EQ(reader.read_finished(batch, 100).spans, 10u);
  EXPECT_EQ(reader.lane_records(0), records + 10);
  // More than a whole turn of the sequence is lost.
  region.lane(lane).counters.records += std::uint64_t{5} << 24;
  region.lane(lane).counters.position += std::uint64_t{5} << 24;
  publish_ids(lane, 11, 16);
  const ReadStats stats = reader.read_finished(batch, 100);
  EXPECT_EQ(stats.spans + stats.overwritten, (std::uint64_t{5} << 24) + 16);
  EXPECT_EQ(stats.damaged, 0u);
}

TEST_F(LostRecords, CountsInARingThatItsWriterLeftLongAgo) {
  const auto lane = region.add_lane(16);
  publish_ids(lane, 1, 100);
  region.add_ring(lane, 64, 100);
  // As many more as its sequence can't tell, of which the last are there.
  constexpr std::uint64_t kMore = std::uint64_t{10} << 20;
  region.lane(lane).counters.position += kMore;
  region.lane(lane).counters.records += kMore;
  publish_ids(lane, 101, 64);
  const ReadStats before = RegionReader(view(), kDead).read_finished(batch, 1000);
  EXPECT_EQ(before.damaged + before.overwritten, 0u) << "they were before it began";
  EXPECT_EQ(before.spans, 16u + 64u);
  batch.clear();
  RegionReader reader(view(), kDead);
  publish_ids(lane, 165, 64 + 7);
  const ReadStats stats = reader.read_finished(batch, 1000);
  EXPECT_EQ(stats.damaged, 0u);
  EXPECT_EQ(stats.overwritten, 64u + 7);
  EXPECT_EQ(stats.spans, 16u + 64u);
  EXPECT_EQ(reader.lane_records(0), 164 + kMore + 64 + 7);
  batch.clear();
  RegionReader all(view(), kDead);
  all.start_at_confirmed();
  EXPECT_EQ(all.read_finished(batch, 1000).overwritten, 84 + kMore + 64 + 7);
}

TEST_F(LostRecords, ReadsAcrossTheWrapOfThePosition) {
  const std::uint64_t position = (std::uint64_t{1} << 40) - 8;
  const auto lane = region.add_lane(64, position, 100);
  region.lane(lane).checkpoints[0].position = position;
  region.lane(lane).checkpoints[0].records = 100;
  RegionReader reader(view());
  reader.start_at_confirmed();
  publish_ids(lane, 1, 30);
  const ReadStats stats = reader.read_finished(batch, 100);
  EXPECT_EQ(stats.overwritten + stats.damaged, 0u);
  EXPECT_EQ(ids(), range(1, 30));
}

}  // namespace
}  // namespace nanospan::test
