// Spans in flight, and the time of death.
#include "decode/reader_fixture.h"

namespace nanospan::test {
namespace {

using decode::RegionReader;

TEST_F(ReaderTest, ShowsOpenSpansAsUnfinished) {
  const auto lane = region.add_lane(16);
  region.add_tenant(lane, 1, 55, "main");
  TestSpan span;
  span.id = 8;
  span.callsite = region.add_callsite(region.add_string("running"));
  span.payload = Payload().add(ElementType::kInt64, 0, "k", {7}, "").words;
  region.open(region.open_slot(lane, 1), span);
  span.id = 9;
  region.open(region.open_slot(lane, 64), span);
  region.open(region.open_slot(lane, 0), span);  // a context, no span
  RegionReader reader(view());
  EXPECT_EQ(reader.read_open(batch, 5000), 2u);
  EXPECT_EQ(ids(), (std::vector<std::uint64_t>{8, 9}));
  const SpanView got = batch.batch()[0];
  EXPECT_TRUE(got.unfinished());
  EXPECT_EQ(got.start_unix_ns(), 1000);
  EXPECT_EQ(got.end_unix_ns(), 5000);
  EXPECT_EQ(got.name(), "running");
  EXPECT_EQ(got.thread().id, 55u);
  int attributes = 0;
  got.for_each_attribute([&](const AttributeView& a) { attributes += a.value.as_int64() == 7; });
  EXPECT_EQ(attributes, 1);
}

TEST_F(ReaderTest, AnOpenSpanNeverEndsBeforeItBegins) {
  const auto lane = region.add_lane(16);
  region.open(region.open_slot(lane, 1), {});
  RegionReader reader(view());
  EXPECT_EQ(reader.read_open(batch, 10), 1u);
  EXPECT_EQ(batch.batch()[0].end_unix_ns(), 1000);
}

TEST_F(ReaderTest, LeavesOutSlotsThatAreNotLive) {
  const auto lane = region.add_lane(16);
  for (std::uint32_t level = 1; level <= 4; ++level) {
    TestSpan span;
    span.id = level;
    if (level == 4) span.flags = 0;  // not recorded
    region.open(region.open_slot(lane, level), span);
  }
  region.open_slot(lane, 2).w[0] = 0;       // being written
  region.open_slot(lane, 3).w[0] = 42 * 2;  // ended
  RegionReader reader(view());
  EXPECT_EQ(reader.read_open(batch, 5000), 1u);
  EXPECT_EQ(ids(), range(1, 1));
}

TEST_F(ReaderTest, ASpanThatWasPublishedAndNotPoppedIsFinishedOnly) {
  for (const bool is_counted : {true, false}) {
    const auto lane = region.add_lane(16);
    TestSpan span;
    span.id = 70 + lane;
    span.payload = Payload().add(ElementType::kString, 0, "k", {}, std::string(80, 'x')).words;
    region.open(region.open_slot(lane, 1), span);
    if (is_counted)
      region.publish(lane, span);
    else
      region.write_at(lane, 0, 0, span);
  }
  RegionReader reader(view(), {.owner_is_gone = true});
  EXPECT_EQ(reader.read_finished(batch, 10).spans, 2u);
  EXPECT_EQ(reader.read_open(batch, 5000), 0u);
}

TEST_F(ReaderTest, ReadsDetachedSpansAndPagesOfPayload) {
  TestSpan span;
  span.id = 12;
  const std::string text(3000, 'y');
  span.payload = Payload()
                     .add(ElementType::kString, 0, "big", {}, text)
                     .add(ElementType::kInt64, 0, "small", {1}, "")
                     .words;
  const std::uint32_t page = region.add_page();
  region.open(region.add_detached_chunk()[5], span, page);
  RegionReader reader(view());
  EXPECT_EQ(reader.read_open(batch, 5000), 1u);
  std::vector<std::string> keys;
  batch.batch()[0].for_each_attribute([&](const AttributeView& attribute) {
    keys.emplace_back(attribute.key);
    if (attribute.key == "big") {
      EXPECT_EQ(attribute.value.as_string(), text);
    }
  });
  EXPECT_EQ(keys, (std::vector<std::string>{"big", "small"}));
}

TEST_F(ReaderTest, ADetachedSpanPublishedInSomeLaneIsFinishedOnly) {
  region.add_lane(16);
  const auto other = region.add_lane(16);
  TestSpan span;
  span.id = 33;
  region.open(region.add_detached_chunk()[0], span);
  region.publish(other, span);
  RegionReader reader(view());
  EXPECT_EQ(reader.read_open(batch, 5000), 0u);
}

TEST_F(ReaderTest, AnOpenSpanWithALostChainOfPagesKeepsItsHead) {
  const auto lane = region.add_lane(16);
  region.open(region.open_slot(lane, 1), {});
  region.open_slot(lane, 1).w[7] = open_w7::kWords.put(9000) | open_w7::kOverflow.put(0xfffff);
  RegionReader reader(view());
  EXPECT_EQ(reader.read_open(batch, 5000), 1u);
  EXPECT_TRUE(batch.batch()[0].is_plain());
}

TEST_F(ReaderTest, TheTimeOfDeathIsTheLastTickRecorded) {
  EXPECT_EQ(decode::time_of_death_ticks(view()), 0u);
  region.header().heartbeat_ticks = 400;
  EXPECT_EQ(decode::time_of_death_ticks(view()), 400u);
  const auto lane = region.add_lane(16);
  TestSpan span;
  span.start = 500;
  span.duration = 20;
  region.publish(lane, span);
  EXPECT_EQ(decode::time_of_death_ticks(view()), 520u);
  span.id = 2;
  span.start = 600;
  span.payload = Payload().add(ElementType::kEndTime, 0, "", {1ull << 60}, "").words;
  region.open(region.open_slot(lane, 1), span);
  EXPECT_EQ(decode::time_of_death_ticks(view()), 600u);  // never a user's timestamp
  region.header().heartbeat_ticks = 700;
  EXPECT_EQ(decode::time_of_death_ticks(view()), 700u);
}

}  // namespace
}  // namespace nanospan::test
