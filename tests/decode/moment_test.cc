// What a live region held at one moment: nothing twice, nothing lost between the looks at it.
#include "decode/moment_reader.h"

#include "decode/reader_fixture.h"
#include "nanospan/detail/tick_source.h"

namespace nanospan::test {
namespace {

using decode::MomentReader;
using decode::RegionReader;
using namespace std::chrono_literals;

constexpr std::uint64_t kSecond = 1'000'000'000;

// Ticks are nanoseconds of a clock that tests can read, and Unix time is the same.
class Moment : public ReaderTest {
 protected:
  Moment() { region.header().tick_source = static_cast<std::uint32_t>(TickSource::kClockGettime); }

  [[nodiscard]] static TestSpan span(std::uint64_t id, std::uint64_t start = clock_ticks()) {
    TestSpan made;
    made.id = id;
    made.start = start;
    return made;
  }
  void publish(std::uint32_t lane, std::uint64_t first, std::uint64_t count,
               std::uint64_t start = clock_ticks()) {
    for (std::uint64_t i = 0; i < count; ++i) region.publish(lane, span(first + i, start));
  }
  void end_open(std::uint32_t lane, std::uint32_t level, const TestSpan& ended) {
    region.publish(lane, ended);
    region.open_slot(lane, level).w[0] = 4;  // not live
  }
  // The rest of it, in `found` and `stats`.
  void read_all(MomentReader& moment, std::size_t spans_max = 100) {
    while (batch.clear(), moment.next(batch, spans_max))
      for (const SpanView one : batch.batch())
        found.push_back((one.unfinished() ? 1000 : 0) + one.span_id().value);
    stats = moment.stats();
  }

  std::vector<std::uint64_t> found;  // ids; of those in flight and 1000
  decode::MomentStats stats;
};

TEST_F(Moment, HoldsWhatHasEndedAndWhatIsInFlight) {
  const auto first = region.add_lane(16), second = region.add_lane(16);
  publish(first, 1, 3);
  publish(second, 11, 2);
  region.open(region.open_slot(second, 1), span(20));
  RegionReader reader(view());
  MomentReader moment(reader, std::nullopt);
  read_all(moment, 2);
  EXPECT_EQ(found, (std::vector<std::uint64_t>{1, 2, 3, 11, 12, 1020}));
  EXPECT_EQ(stats.spans, 6u);
  EXPECT_EQ(stats.unfinished, 1u);
  EXPECT_EQ(stats.overwritten_before + stats.overwritten + stats.damaged, 0u);
  EXPECT_EQ(stats.whole_since_unix_ns, stats.began_unix_ns);
}

TEST_F(Moment, ASpanThatEndsWhileItsRingIsReadIsInNeitherOnlyForWhoLooksTwice) {
  const auto lane = region.add_lane(16);
  publish(lane, 1, 3);
  region.open(region.open_slot(lane, 1), span(7));
  RegionReader twice(view());
  EXPECT_EQ(twice.read_finished(batch, 100).spans, 3u);
  RegionReader reader(view());
  MomentReader moment(reader, std::nullopt);
  batch.clear();
  ASSERT_TRUE(moment.next(batch, 2));
  EXPECT_EQ(ids(), range(1, 2));
  end_open(lane, 1, span(7));
  batch.clear();
  EXPECT_EQ(twice.read_open(batch, 0), 0u);
  read_all(moment);
  EXPECT_EQ(found, (std::vector<std::uint64_t>{3, 7}));
  EXPECT_EQ(stats.unfinished, 0u);
}

TEST_F(Moment, LeavesOutWhatBeganLater) {
  const auto lane = region.add_lane(16);
  const std::uint64_t later = clock_ticks() + 3600 * kSecond;
  publish(lane, 1, 3);
  region.open(region.open_slot(lane, 1), span(7));
  region.open(region.open_slot(lane, 2), span(8, later));
  RegionReader reader(view());
  MomentReader moment(reader, std::nullopt);
  ASSERT_TRUE(moment.next(batch, 2));
  publish(lane, 4, 1);
  publish(lane, 5, 1, later);
  read_all(moment);
  EXPECT_EQ(found, (std::vector<std::uint64_t>{3, 4, 1007}));
  EXPECT_EQ(stats.overwritten_before + stats.overwritten, 0u);
}

TEST_F(Moment, EndsWhereTheWriterWasAlsoIfTheWriterGoesOn) {
  const auto lane = region.add_lane(64);
  publish(lane, 1, 8);
  RegionReader reader(view());
  MomentReader moment(reader, std::nullopt);
  std::uint64_t published = 8, seen = 0;
  for (; batch.clear(), moment.next(batch, 1); seen += batch.size())
    if (published < 10'000) publish(lane, ++published, 1);
  EXPECT_LT(seen, 32u);
}

TEST_F(Moment, CountsWhatTheRingHasLostWithinTheTimeAskedFor) {
  const auto lane = region.add_lane(16);
  publish(lane, 1, 20);  // 4 of them are overwritten
  const auto other = region.add_lane(16);
  publish(other, 101, 20, clock_ticks() - 100 * kSecond);
  publish(other, 121, 1);
  RegionReader reader(view());
  MomentReader moment(reader, 10s);
  read_all(moment);
  EXPECT_EQ(stats.spans, 17u);
  EXPECT_EQ(found.front(), 5u);
  EXPECT_EQ(stats.too_old, 15u);
  EXPECT_EQ(stats.overwritten_before, 4u) << "what is missing before one too old is too old";
  EXPECT_EQ(stats.overwritten, 0u);
  EXPECT_GT(stats.whole_since_unix_ns, stats.began_unix_ns);
  EXPECT_LE(stats.whole_since_unix_ns, stats.moment_unix_ns);
}

TEST_F(Moment, ALapBetweenTheLooksIsCounted) {
  const auto lane = region.add_lane(16);
  publish(lane, 1, 4);
  RegionReader reader(view());
  MomentReader moment(reader, std::nullopt);
  ASSERT_TRUE(moment.next(batch, 2));
  publish(lane, 5, 96);
  read_all(moment);
  EXPECT_EQ(stats.spans + stats.overwritten, 100u);
  EXPECT_EQ(found.back(), 100u);
  EXPECT_EQ(stats.damaged, 0u);
}

TEST_F(Moment, ReadsOnAcrossAGrowthAndCountsWhatTheLargerRingLost) {
  const auto lane = region.add_lane(16);
  publish(lane, 1, 16);
  region.add_ring(lane, 32, 16);
  publish(lane, 17, 40);
  RegionReader reader(view());
  MomentReader moment(reader, std::nullopt);
  read_all(moment);
  EXPECT_EQ(found.front(), 1u);
  EXPECT_EQ(found.back(), 56u);
  EXPECT_EQ(stats.spans + stats.overwritten_before, 56u);
  EXPECT_EQ(stats.overwritten + stats.damaged, 0u);
}

TEST_F(Moment, HandsAllToWhoStopsIt) {
  const auto lane = region.add_lane(16);
  publish(lane, 1, 5);
  RegionReader reader(view());
  MomentReader moment(reader, std::nullopt);
  int calls = 0;
  EXPECT_FALSE(moment.hand_all_to([&](const SpanBatch& spans) {
    ++calls;
    EXPECT_EQ(spans.size(), 5u);
    return false;
  }));
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace nanospan::test
