// Hostile regions: whatever the bytes say, a sentence or a view, and reading ends.
#include <gtest/gtest.h>

#include <algorithm>

#include "decode/region_reader.h"
#include "support/region_builder.h"

namespace nanospan::test {
namespace {

using format::RegionView;

void fill(RegionBuilder& region) {
  const auto lane = region.add_lane(64);
  region.add_tenant(lane, 1, 5, "main");
  region.add_anchor(0, 1, 1);
  region.add_anchor(10, 11, 11);
  TestSpan span;
  span.callsite = region.add_callsite(region.add_string("name"));
  span.payload = Payload().add(ElementType::kString, 1, "", {}, "value").words;
  for (int i = 0; i < 40; ++i) region.publish(lane, span);
  region.open(region.open_slot(lane, 1), span);
  region.open(region.add_detached_chunk()[3], span);
}

// True: it was a region, and reading all of it came to an end.
bool read_all(const std::byte* bytes, std::size_t size) {
  const auto view = RegionView::check(bytes, size);
  if (!view) {
    EXPECT_FALSE(view.error().empty());
    return false;
  }
  for (const bool is_gone : {false, true}) {
    decode::RegionReader reader(*view, {.owner_is_gone = is_gone});
    BatchBuilder batch;
    (void)reader.read_finished(batch, 1000);
    (void)reader.read_open(batch, 0);
    (void)decode::time_of_death(*view, reader.clock());
    for (const SpanView span : batch.batch()) {
      EXPECT_LE(span.start_unix_ns(), span.end_unix_ns());
      (void)span.name();
      span.for_each_attribute([](const AttributeView&) {});
    }
  }
  return true;
}

TEST(RegionView, AcceptsAWholeRegion) {
  RegionBuilder region;
  fill(region);
  EXPECT_TRUE(read_all(region.bytes(), region.size()));
}

TEST(RegionView, SaysWhatIsWrong) {
  RegionBuilder region;
  const auto error = [&] { return RegionView::check(region.bytes(), region.size()).error(); };
  region.header().version_major = 2;
  EXPECT_NE(error().find("version 2"), std::string::npos);
  region.header().version_major = format::kVersionMajor;
  region.header().state = 0;
  EXPECT_NE(error().find("never finished"), std::string::npos);
  region.header().state = 1;
  region.header().region_bytes = region.size() + 1;
  EXPECT_NE(error().find("cut short"), std::string::npos);
  region.header().region_bytes = region.size();
  region.header().magic = 0;
  EXPECT_NE(error().find("not a nanospan region"), std::string::npos);
  EXPECT_FALSE(RegionView::check(nullptr, 0).ok());
  EXPECT_FALSE(RegionView::check(region.bytes() + 8, region.size() - 8).ok());
}

TEST(RegionView, ALaterMinorVersionIsRead) {
  RegionBuilder region;
  region.header().version_minor = 99;
  EXPECT_TRUE(RegionView::check(region.bytes(), region.size()).ok());
}

TEST(RegionView, SurvivesEveryTruncation) {
  RegionBuilder region;
  fill(region);
  for (std::size_t size = 0; size < region.size(); size += size < 8192 ? 64 : 50021) {
    EXPECT_FALSE(read_all(region.bytes(), size));
    // The same when the header agrees with the shorter length.
    region.header().region_bytes = size;
    (void)read_all(region.bytes(), size);
    region.header().region_bytes = region.size();
  }
}

TEST(RegionView, SurvivesEveryWordOfItsTablesTurnedWrong) {
  RegionBuilder region;
  fill(region);
  constexpr std::uint64_t kWrong[] = {0,     1,          63,          64,
                                      ~0ull, 1ull << 63, 0xffff'f000, 0x8000'0000'0fc0};
  const std::uint64_t lane_at = region.at<Word>(RegionBuilder::kLaneTableAt)[0];
  const std::uint64_t detached_at = region.at<Word>(RegionBuilder::kDetachedTableAt)[0];
  const std::pair<std::uint64_t, std::uint64_t> ranges[] = {
      {0, sizeof(format::RegionHeader)},
      {RegionBuilder::kAnchorsAt, 64},
      {RegionBuilder::kLaneTableAt, 16},
      {RegionBuilder::kDetachedTableAt, 16},
      {RegionBuilder::kDefinitionsAt, 80},
      {lane_at, offsetof(format::LaneHeader, tenants) + sizeof(format::Tenant)},
      {lane_at + format::kLaneStackOffset + sizeof(OpenSlot), 96},
      {region.lane(0).rings[0].offset + 5 * sizeof(Slot), 4 * sizeof(Slot)},
      {detached_at + 3 * sizeof(OpenSlot), 96},
  };
  for (const auto& [first, bytes] : ranges) {
    for (std::uint64_t at = first; at < first + bytes; at += 8) {
      auto& word = *region.at<std::uint64_t>(at);
      const std::uint64_t right = word;
      for (const std::uint64_t wrong : kWrong) {
        word = wrong;
        (void)read_all(region.bytes(), region.size());
        word = right ^ wrong;
        (void)read_all(region.bytes(), region.size());
      }
      word = right;
    }
  }
  EXPECT_TRUE(read_all(region.bytes(), region.size()));
}

TEST(RegionView, AnAnchorThatIsBeingWrittenIsNotRead) {
  RegionBuilder region;
  region.add_anchor(5, 6, 7);
  region.add_anchor(8, 9, 10);
  auto view = *RegionView::check(region.bytes(), region.size());
  ASSERT_TRUE(view.anchor(1).has_value());
  EXPECT_EQ(view.anchor(1)->realtime_ns, 6);
  region.at<format::Anchor>(RegionBuilder::kAnchorsAt)[0].sequence = 0;
  EXPECT_FALSE(view.anchor(1).has_value());
  EXPECT_FALSE(view.anchor(3).has_value());
  EXPECT_FALSE(view.anchor(0).has_value());
}

TEST(RegionView, ATracestateThatWasReplacedIsNotRead) {
  RegionBuilder region;
  region.add_tracestate(3, "a=1");
  const auto view = *RegionView::check(region.bytes(), region.size());
  format::TracestateCopy copy;
  ASSERT_TRUE(view.copy_tracestate(3, copy));
  EXPECT_EQ(copy.view(), "a=1");
  EXPECT_FALSE(view.copy_tracestate(3 + format::kTracestates, copy));
  EXPECT_FALSE(view.copy_tracestate(0, copy));
}

}  // namespace
}  // namespace nanospan::test
