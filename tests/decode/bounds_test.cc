// What a region may make its reader do is bounded by the region's size.
#include "decode/open_spans.h"
#include "decode/reader_fixture.h"

namespace nanospan::test {
namespace {

using decode::ReadStats;
using decode::RegionReader;

class BoundsTest : public ReaderTest {
 protected:
  // All entries of the table lead to the one lane.
  void claim_lane_everywhere() {
    Word* const table = region.at<Word>(RegionBuilder::kLaneTableAt);
    for (std::uint32_t index = 1; index < format::kLanesMax; ++index)
      table[index] = table[0].load();
    region.header().lane_count = format::kLanesMax;
  }
};

TEST_F(BoundsTest, ALaneThatIsClaimedManyTimesIsReadAFewTimes) {
  const auto lane = region.add_lane(8192);
  publish_ids(lane, 1, 8192);
  claim_lane_everywhere();
  RegionReader reader(view(), {.owner_is_gone = true});
  std::uint64_t spans = 0, damaged = 0;
  for (bool more = true; more;) {
    batch.clear();
    const ReadStats stats = reader.read_finished(batch, 4096);
    spans += stats.spans, damaged += stats.damaged, more = stats.more;
  }
  EXPECT_LE(spans, region.size() / sizeof(Slot));
  EXPECT_GT(damaged, 0u);
}

TEST_F(BoundsTest, PagesThatLeadToThemselvesAreCopiedAFewTimes) {
  region.add_lane(16);
  const std::uint32_t page = region.add_page();
  region.at<Word>(std::uint64_t{page} * format::kPage)[0] = page;
  for (int chunks = 0; chunks < 3; ++chunks) {
    OpenSlot* const chunk = region.add_detached_chunk();
    for (std::uint32_t i = 0; i < format::kDetachedPerChunk; ++i) {
      region.open(chunk[i], {});
      chunk[i].w[7] = open_w7::kWords.put(0xffff) | open_w7::kOverflow.put(page);
    }
  }
  RegionReader reader(view(), {.owner_is_gone = true});
  EXPECT_EQ(reader.read_open(batch, 5000), 3u * format::kDetachedPerChunk);  // their heads
  EXPECT_LE(batch.words().size(), region.size() / sizeof(Word));
}

TEST_F(BoundsTest, PayloadThatClaimsTooMuchIsNotEvenBegun) {
  const auto lane = region.add_lane(16);
  OpenSlot& slot = region.open_slot(lane, 1);
  region.open(slot, {});
  slot.w[7] = open_w7::kWords.put(20);
  std::vector<std::uint64_t> payload;
  EXPECT_TRUE(decode::copy_open_slot(view(), slot, payload, 19));
  EXPECT_EQ(payload.capacity(), 0u);
  EXPECT_TRUE(decode::copy_open_slot(view(), slot, payload, 20));
  EXPECT_EQ(payload.size(), 20u);
}

// 4096 stacks of spans with half a megabyte each, of a file of six: read to the end, it takes a
// minute.
TEST_F(BoundsTest, AStackThatIsClaimedManyTimesIsNotCopiedAsOften) {
  const auto lane = region.add_lane(16);
  const std::uint32_t page = region.add_page();
  region.at<Word>(std::uint64_t{page} * format::kPage)[0] = page;
  for (std::uint32_t level = 1; level < kOpenLevels; ++level) {
    OpenSlot& slot = region.open_slot(lane, level);
    region.open(slot, {});
    slot.w[7] = open_w7::kWords.put(0xffff) | open_w7::kOverflow.put(page);
  }
  claim_lane_everywhere();
  EXPECT_NE(decode::time_of_death_ticks(view()), 0u);
  RegionReader reader(view(), {.owner_is_gone = true});
  EXPECT_EQ(reader.read_open(batch, 5000), std::size_t{format::kLanesMax} * kOpenDepth);
  EXPECT_LE(batch.words().size(), region.size() / sizeof(Word));
}

TEST_F(BoundsTest, ARegionThatClaimsMoreThanPagesCanBeNamedIsRefused) {
  region.header().region_bytes = format::kRegionBytesMax + format::kPage;
  const auto checked = format::RegionView::check(region.bytes(), format::kRegionBytesMax * 2);
  EXPECT_FALSE(checked.ok());
}

}  // namespace
}  // namespace nanospan::test
