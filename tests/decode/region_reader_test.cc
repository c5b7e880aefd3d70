// Records in rings: order, wrap, growth, damage.
#include "decode/reader_fixture.h"

namespace nanospan::test {
namespace {

using decode::ReaderOptions;
using decode::ReadStats;
using decode::RegionReader;

constexpr ReaderOptions kDead{.owner_is_gone = true};

TEST_F(ReaderTest, ReadsNothingFromAnEmptyRegion) {
  RegionReader reader(view());
  const ReadStats stats = reader.read_finished(batch, 100);
  EXPECT_EQ(stats.records(), 0u);
  EXPECT_FALSE(stats.more);
  EXPECT_TRUE(batch.empty());
}

TEST_F(ReaderTest, ReadsOneSpanWithAllThatItsSlotSays) {
  region.add_anchor(0, 5'000'000'000, 0);
  region.add_anchor(1'000'000, 5'002'000'000, 2'000'000);  // 2 ns a tick
  const auto lane = region.add_lane(16);
  region.add_tenant(lane, 7, 4242, "worker");
  region.add_tracestate(9, "vendor=1");
  TestSpan span;
  span.id = 0xabc;
  span.parent = 0xdef;
  span.callsite = region.add_callsite(region.add_string("get_tasks"), SpanKind::kServer);
  span.tracestate = 9;
  span.tenancy = 7;
  span.flags |= span_flag::kParentRemote | 2u << span_flag::kStatusShift;
  region.publish(lane, span);

  RegionReader reader(view());
  const ReadStats stats = reader.read_finished(batch, 100);
  EXPECT_EQ(stats.spans, 1u);
  ASSERT_EQ(batch.size(), 1u);
  const SpanView got = batch.batch()[0];
  EXPECT_EQ(got.trace_id(), (TraceId{0x11, 0x22}));
  EXPECT_EQ(got.span_id().value, 0xabcu);
  EXPECT_EQ(got.parent_span_id().value, 0xdefu);
  EXPECT_EQ(got.start_unix_ns(), 5'000'002'000);
  EXPECT_EQ(got.end_unix_ns(), 5'000'002'020);
  EXPECT_EQ(got.name(), "get_tasks");
  EXPECT_EQ(got.kind(), SpanKind::kServer);
  EXPECT_EQ(got.callsite().line, 42u);
  EXPECT_EQ(got.thread().id, 4242u);
  EXPECT_EQ(got.thread().name, "worker");
  EXPECT_EQ(got.tracestate(), "vendor=1");
  EXPECT_TRUE(got.parent_is_remote());
  EXPECT_EQ(got.status_code(), StatusCode::kError);
  EXPECT_TRUE(got.trace_flags().sampled());
  EXPECT_TRUE(got.is_plain());
  EXPECT_FALSE(got.unfinished());
}

TEST_F(ReaderTest, FollowsTheWriterAcrossWraps) {
  const auto lane = region.add_lane(16);
  RegionReader reader(view());
  std::uint64_t next = 1;
  for (int pass = 0; pass < 20; ++pass) {
    publish_ids(lane, next, 7);
    const ReadStats stats = reader.read_finished(batch, 100);
    EXPECT_EQ(stats.spans, 7u);
    EXPECT_EQ(stats.overwritten, 0u);
    EXPECT_EQ(ids(), range(next, 7));
    batch.clear();
    next += 7;
  }
  EXPECT_EQ(reader.lane_position(0), 140u);
  EXPECT_EQ(reader.lane_records(0), 140u);
}

TEST_F(ReaderTest, ReadsTheSameWhenItGivesLinesBack) {
  const auto lane = region.add_lane(16);
  RegionReader reader(view(), {.gives_lines_back = true});
  std::uint64_t next = 1;
  for (const std::uint64_t spans : {16u, 1u, 15u, 16u, 7u, 9u, 11u, 40u, 3u}) {
    publish_ids(lane, next, spans);
    const ReadStats stats = reader.read_finished(batch, 100);
    EXPECT_EQ(stats.spans + stats.overwritten, spans);
    next += spans;
    EXPECT_EQ(ids(), range(next - stats.spans, stats.spans));
    batch.clear();
  }
}

TEST_F(ReaderTest, ReadsAFullRingWithoutLoss) {
  const auto lane = region.add_lane(16);
  publish_ids(lane, 1, 16);
  RegionReader reader(view());
  const ReadStats stats = reader.read_finished(batch, 100);
  EXPECT_EQ(stats.overwritten, 0u);
  EXPECT_EQ(ids(), range(1, 16));
}

TEST_F(ReaderTest, SkipsThePaddingAtARingsEnd) {
  const auto lane = region.add_lane(16);
  publish_ids(lane, 1, 14);
  TestSpan wide;
  wide.id = 15;
  wide.payload = Payload().add(ElementType::kString, 0, "key", {}, std::string(100, 'x')).words;
  RegionReader reader(view());
  (void)reader.read_finished(batch, 100);
  region.publish(lane, wide);
  publish_ids(lane, 16, 2);
  const ReadStats stats = reader.read_finished(batch, 100);
  EXPECT_EQ(stats.overwritten + stats.damaged, 0u);
  EXPECT_EQ(ids(), range(1, 17));
}

TEST_F(ReaderTest, ReadsEverySlotOfADeadProcesssRing) {
  const auto lane = region.add_lane(16);
  publish_ids(lane, 1, 100);
  RegionReader reader(view(), kDead);
  reader.start_at_confirmed();
  const ReadStats stats = reader.read_finished(batch, 1000);
  EXPECT_EQ(stats.spans, 16u);
  EXPECT_EQ(stats.overwritten, 84u);
}

TEST_F(ReaderTest, BeginsBehindTheCheckpoint) {
  const auto lane = region.add_lane(16);
  publish_ids(lane, 1, 10);
  region.lane(lane).checkpoints[0].position = 6;
  region.lane(lane).checkpoints[0].records = 6;
  RegionReader reader(view());
  reader.start_at_confirmed();
  EXPECT_EQ(reader.read_finished(batch, 100).overwritten, 0u);
  EXPECT_EQ(ids(), range(7, 4));
}

TEST_F(ReaderTest, BeginsBehindTheCheckpointBeforeOneThatWasHalfStored) {
  const auto lane = region.add_lane(16);
  publish_ids(lane, 1, 10);
  region.header().checkpoint = 7;
  format::Checkpoint* const checkpoints = region.lane(lane).checkpoints;
  checkpoints[0].position = checkpoints[0].records = checkpoints[0].number = 6;
  checkpoints[1].position = checkpoints[1].number = 8;
  RegionReader reader(view(), kDead);
  reader.start_at_confirmed();
  const ReadStats stats = reader.read_finished(batch, 100);
  EXPECT_EQ(ids(), range(7, 4));
  EXPECT_EQ(stats.damaged + stats.overwritten, 0u);
}

// Of two words that do not belong together: no record comes twice, and what is odd is counted.
TEST_F(ReaderTest, CountsTheRecordsBelowAWrongCheckpointAsDamaged) {
  const auto lane = region.add_lane(16);
  publish_ids(lane, 1, 10);
  region.lane(lane).checkpoints[0].position = 2;
  region.lane(lane).checkpoints[0].records = 6;
  RegionReader reader(view(), kDead);
  reader.start_at_confirmed();
  const ReadStats stats = reader.read_finished(batch, 100);
  EXPECT_EQ(ids(), range(7, 4));
  EXPECT_EQ(stats.damaged, 4u);
}

TEST_F(ReaderTest, DoesNotTrustACheckpointAheadOfItsWriter) {
  const auto lane = region.add_lane(16);
  publish_ids(lane, 1, 10);
  region.lane(lane).checkpoints[0].records = 1'000'000;
  RegionReader reader(view(), kDead);
  reader.start_at_confirmed();
  EXPECT_EQ(reader.read_finished(batch, 100).spans, 10u);
}

TEST_F(ReaderTest, DoesNotCountWhatWasOverwrittenBeforeItBegan) {
  const auto lane = region.add_lane(16);
  publish_ids(lane, 1, 100);
  RegionReader reader(view());
  const ReadStats stats = reader.read_finished(batch, 1000);
  EXPECT_EQ(stats.overwritten, 0u);
  EXPECT_EQ(ids(), range(85, 16));
}

TEST_F(ReaderTest, FindsTheRecordThatADeadWriterHadNotCounted) {
  const auto lane = region.add_lane(16);
  publish_ids(lane, 1, 3);
  TestSpan last;
  last.id = 4;
  region.write_at(lane, 3, 3, last);
  RegionReader alive(view());
  EXPECT_EQ(alive.read_finished(batch, 100).spans, 3u);
  batch.clear();
  RegionReader dead(view(), kDead);
  EXPECT_EQ(dead.read_finished(batch, 100).spans, 4u);
  EXPECT_EQ(ids(), range(1, 4));
}

TEST_F(ReaderTest, LeavesOutARecordThatWasNeverFinished) {
  const auto lane = region.add_lane(16);
  publish_ids(lane, 1, 20);
  region.slot(lane, 20).w[0] = 0;  // in the midst of writing: what stood there is gone
  region.slot(lane, 20).w[3] = 99;
  RegionReader reader(view(), kDead);
  reader.start_at_confirmed();
  const ReadStats stats = reader.read_finished(batch, 100);
  EXPECT_EQ(ids(), range(6, 15));
  EXPECT_EQ(stats.overwritten, 5u);
  EXPECT_EQ(stats.damaged, 0u);
}

TEST_F(ReaderTest, CountsADamagedHeadAndGoesOn) {
  const auto lane = region.add_lane(64);
  publish_ids(lane, 1, 60);
  region.slot(lane, 40).w[0] = 0x1234;
  RegionReader reader(view(), kDead);
  const ReadStats stats = reader.read_finished(batch, 100);
  EXPECT_EQ(stats.spans, 59u);
  EXPECT_EQ(stats.damaged, 1u);
  EXPECT_EQ(stats.overwritten, 0u);
}

TEST_F(ReaderTest, GoesOnIntoALargerRing) {
  const auto lane = region.add_lane(16);
  publish_ids(lane, 1, 16);
  region.add_ring(lane, 64, 16);
  publish_ids(lane, 17, 50);
  RegionReader reader(view());
  const ReadStats stats = reader.read_finished(batch, 1000);
  EXPECT_EQ(stats.overwritten + stats.damaged, 0u);
  EXPECT_EQ(ids(), range(1, 66));
}

TEST_F(ReaderTest, KeepsCountingInTheNextRing) {
  const auto lane = region.add_lane(16);
  RegionReader reader(view());
  publish_ids(lane, 1, 32);
  region.add_ring(lane, 64, 32);
  publish_ids(lane, 33, 10);
  const ReadStats stats = reader.read_finished(batch, 1000);
  EXPECT_EQ(stats.overwritten, 16u);
  EXPECT_EQ(ids(), range(17, 26));
}

TEST_F(ReaderTest, NamesTheTenantsOfALane) {
  const auto lane = region.add_lane(16);
  for (std::uint64_t tenancy = 1; tenancy <= 3; ++tenancy) {
    if (tenancy != 2) region.add_tenant(lane, tenancy, 100 + tenancy, "t");
    TestSpan span;
    span.tenancy = tenancy;
    region.publish(lane, span);
  }
  RegionReader reader(view());
  (void)reader.read_finished(batch, 100);
  ASSERT_EQ(batch.size(), 3u);
  EXPECT_EQ(batch.batch()[0].thread().id, 101u);
  EXPECT_EQ(batch.batch()[1].thread().id, 0u);  // forgotten
  EXPECT_EQ(batch.batch()[2].thread().id, 103u);
}

TEST_F(ReaderTest, TakesLanesInTurnAndStopsAtTheLimit) {
  const auto one = region.add_lane(1024);
  const auto two = region.add_lane(1024);
  publish_ids(one, 1, 1000);
  publish_ids(two, 5001, 10);
  RegionReader reader(view());
  ReadStats stats = reader.read_finished(batch, 600);
  EXPECT_EQ(stats.spans, 600u);
  EXPECT_TRUE(stats.more);
  EXPECT_EQ(reader.lane_records(1), 10u);
  stats = reader.read_finished(batch, 600);
  EXPECT_EQ(stats.spans, 410u);
  EXPECT_FALSE(stats.more);
}

TEST_F(ReaderTest, LeavesOutRecordOnlySpansUnlessAsked) {
  const auto lane = region.add_lane(16);
  TestSpan span;
  span.flags = span_flag::kRecorded;
  region.publish(lane, span);
  RegionReader reader(view());
  EXPECT_EQ(reader.read_finished(batch, 100).not_exported, 1u);
  EXPECT_TRUE(batch.empty());
  RegionReader tool(view(), {.with_record_only = true});
  EXPECT_EQ(tool.read_finished(batch, 100).spans, 1u);
}

TEST_F(ReaderTest, LearnsCallsitesThatAreDefinedLater) {
  const auto lane = region.add_lane(16);
  RegionReader reader(view());
  TestSpan span;
  span.callsite = region.add_callsite(region.add_string("late"));
  region.publish(lane, span);
  span.callsite = 999;
  region.publish(lane, span);
  (void)reader.read_finished(batch, 100);
  ASSERT_EQ(batch.size(), 2u);
  EXPECT_EQ(batch.batch()[0].name(), "late");
  EXPECT_EQ(batch.batch()[1].name(), "(unknown)");
  EXPECT_EQ(batch.batch()[1].callsite().id, 0u);
}

TEST_F(ReaderTest, OffersTheRegionsResource) {
  region.define(format::DefinitionType::kResourceAttribute,
                Payload().add(ElementType::kString, 0, "service.name", {}, "tasks").words);
  RegionReader reader(view());
  ASSERT_EQ(reader.resource()->attributes.size(), 1u);
  EXPECT_EQ(reader.resource()->attributes[0].key, "service.name");
  EXPECT_EQ(reader.resource()->attributes[0].text, "tasks");
}

TEST_F(ReaderTest, TakesAnEndWithLengthsForNoAttributeOfTheResource) {
  region.define(format::DefinitionType::kResourceAttribute,
                {detail::element_header(ElementType::kEnd, 0, 0xff00, 0xff00), 0});
  RegionReader reader(view());
  EXPECT_TRUE(reader.resource()->attributes.empty());
}

}  // namespace
}  // namespace nanospan::test
