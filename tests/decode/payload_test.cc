// What a record carries beyond its head: attributes, events, links, overrides, damage.
#include "decode/reader_fixture.h"

namespace nanospan::test {
namespace {

using decode::RegionReader;

class PayloadTest : public ReaderTest {
 protected:
  void SetUp() override { lane = region.add_lane(1024); }
  // Publishes a span with `payload` and reads it back.
  decode::ReadStats read(const Payload& payload, TestSpan span = {}) {
    span.payload = payload.words;
    region.publish(lane, span);
    RegionReader reader(view());
    return reader.read_finished(batch, 10);
  }
  [[nodiscard]] std::vector<AttributeView> attributes() const {
    std::vector<AttributeView> found;
    batch.batch()[0].for_each_attribute([&](const AttributeView& a) { found.push_back(a); });
    return found;
  }
  static std::string_view text_of(const std::vector<std::uint64_t>& words) {
    return {reinterpret_cast<const char*>(words.data()), words.size() * 8};
  }
  std::uint32_t lane = 0;
};

TEST_F(PayloadTest, ReadsValuesOfEveryType) {
  const auto key = region.add_string("interned");
  const auto literal = region.add_string("literal value");
  const std::vector<std::uint64_t> numbers = {1, 2, ~std::uint64_t{0}};
  const std::vector<std::uint64_t> reals = {std::bit_cast<std::uint64_t>(1.5)};
  const std::string strings("\x02\0\0\0ab\0\0\0\0\x01\0\0\0c", 15);
  Payload payload;
  payload.add(ElementType::kString, key, "", {}, "text")
      .add(ElementType::kBool, 0, "bool", {1}, "")
      .add(ElementType::kInt64, 0, "int", {static_cast<std::uint64_t>(-5)}, "")
      .add(ElementType::kDouble, 0, "double", {std::bit_cast<std::uint64_t>(2.25)}, "")
      .add(ElementType::kBytes, 0, "bytes", {}, std::string_view("\0\xff", 2))
      .add(ElementType::kLiteral, 0, "literal", {literal}, "")
      .add(ElementType::kBoolArray, 0, "bools", {}, std::string_view("\1\0\x7f", 3))
      .add(ElementType::kInt64Array, 0, "ints", {}, text_of(numbers))
      .add(ElementType::kDoubleArray, 0, "doubles", {}, text_of(reals))
      .add(ElementType::kStringArray, 0, "strings", {}, strings)
      .add(ElementType::kEmpty, 0, "empty", {}, "");
  EXPECT_EQ(read(payload).spans, 1u);
  const auto got = attributes();
  ASSERT_EQ(got.size(), 11u);
  EXPECT_EQ(got[0].key, "interned");
  EXPECT_EQ(got[0].key_id, key);
  EXPECT_EQ(got[0].value.as_string(), "text");
  EXPECT_TRUE(got[1].value.as_bool());
  EXPECT_EQ(got[1].value.type(), ValueType::kBool);
  EXPECT_EQ(got[2].value.as_int64(), -5);
  EXPECT_EQ(got[3].value.as_double(), 2.25);
  EXPECT_EQ(got[4].value.as_bytes().size(), 2u);
  EXPECT_EQ(got[5].value.as_string(), "literal value");
  EXPECT_EQ(got[5].literal_id, literal);
  ASSERT_EQ(got[6].value.as_bools().size(), 3u);
  EXPECT_FALSE(got[6].value.as_bools()[1]);
  EXPECT_TRUE(got[6].value.as_bools()[2]);
  EXPECT_EQ(got[7].value.as_int64s()[2], -1);
  EXPECT_EQ(got[8].value.as_doubles()[0], 1.5);
  std::vector<std::string> list;
  got[9].value.as_strings().for_each([&](std::string_view text) { list.emplace_back(text); });
  EXPECT_EQ(list, (std::vector<std::string>{"ab", "", "c"}));
  EXPECT_EQ(got[10].value.type(), ValueType::kEmpty);
}

TEST_F(PayloadTest, TheLastValueOfAKeyWins) {
  const auto key = region.add_string("a");
  Payload payload;
  payload.add(ElementType::kInt64, key, "", {1}, "")
      .add(ElementType::kInt64, 0, "b", {2}, "")
      .add(ElementType::kInt64, 0, "a", {3}, "")
      .add(ElementType::kString, key, "", {}, "last");
  EXPECT_EQ(read(payload).spans, 1u);
  const auto got = attributes();
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].key, "b");
  EXPECT_EQ(got[1].value.as_string(), "last");
}

// An exporter relies on it, and looks for no key twice, nor for an event, where none can be.
TEST_F(PayloadTest, SaysWhatAPayloadMayHold) {
  namespace may = payload_contents;
  const auto integer = [](Payload& payload, std::uint32_t key, std::string_view text) {
    payload.add(ElementType::kInt64, key, text, {1}, "");
  };
  RegionReader reader(view());
  const auto contents = [&](const Payload& payload) -> int {
    TestSpan span;
    span.payload = payload.words;
    region.publish(lane, span);
    batch.clear();
    EXPECT_EQ(reader.read_finished(batch, 10).spans, 1u);
    return batch.batch()[0].contents();
  };
  Payload distinct, repeated, one_inline, two_inline, mixed, event, both;
  // Some share their low bits.
  for (std::uint32_t key = 1; key < 100; ++key) integer(distinct, key, "");
  for (const std::uint32_t key : {7u, 8u, 7u}) integer(repeated, key, "");
  integer(one_inline, 0, "a");
  for (const std::string_view key : {"a", "b"}) integer(two_inline, 0, key);
  integer(mixed, 7, "");
  integer(mixed, 0, "a");
  integer(event, 7, "");
  event.add(ElementType::kEventAt, 0, "e", {1}, "");
  for (const std::uint32_t key : {7u, 7u}) integer(both, key, "");
  both.add(ElementType::kName, 0, "", {}, "name");
  EXPECT_EQ(contents(distinct), may::kAttributes);
  EXPECT_EQ(contents(repeated), may::kRepeatedKeys);
  EXPECT_EQ(contents(one_inline), may::kAttributes);
  EXPECT_EQ(contents(two_inline), may::kRepeatedKeys);
  EXPECT_EQ(contents(mixed), may::kRepeatedKeys);
  EXPECT_EQ(contents(event), may::kMore);
  EXPECT_EQ(contents(both), may::kRepeatedKeys | may::kMore);
}

TEST_F(PayloadTest, UnknownIdsGiveAPlaceholderThatNobodyCaches) {
  EXPECT_EQ(read(Payload().add(ElementType::kLiteral, 777, "", {~0ull}, "")).spans, 1u);
  const auto got = attributes();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].key, "(unknown)");
  EXPECT_EQ(got[0].key_id, 0u);
  EXPECT_EQ(got[0].value.as_string(), "(unknown)");
  EXPECT_EQ(got[0].literal_id, 0u);
}

TEST_F(PayloadTest, PlacesEventsInsideTheirSpan) {
  region.add_anchor(0, 1'000'000'000, 0);
  region.add_anchor(1'000'000, 1'001'000'000, 1'000'000);
  const Payload inner = Payload()
                            .add(ElementType::kInt64, 0, "limit", {50}, "")
                            .add(ElementType::kDropped, 0, "", {4}, "");
  Payload payload;
  payload.add(ElementType::kEvent, 0, "fetching", {1004}, inner.bytes())
      .add(ElementType::kEventAt, 0, "given", {77}, "");
  EXPECT_EQ(read(payload).spans, 1u);
  std::vector<EventView> events;
  batch.batch()[0].for_each_event([&](const EventView& event) { events.push_back(event); });
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].name, "fetching");
  EXPECT_EQ(events[0].time_unix_ns, 1'000'001'004);
  int found = 0;
  events[0].for_each_attribute([&](const AttributeView& attribute) {
    EXPECT_EQ(attribute.key, "limit");
    EXPECT_EQ(attribute.value.as_int64(), 50);
    ++found;
  });
  EXPECT_EQ(found, 1);
  EXPECT_EQ(events[0].dropped_attributes(), 4u);
  EXPECT_EQ(events[1].dropped_attributes(), 0u);
  EXPECT_EQ(batch.batch()[0].dropped().attributes, 0u);
  EXPECT_EQ(events[1].time_unix_ns, 77);
  EXPECT_TRUE(attributes().empty());
}

TEST_F(PayloadTest, ReadsLinksWithTheirTracestate) {
  region.add_tracestate(5, "other=2");
  const Payload inner = Payload().add(ElementType::kBool, 0, "x", {1}, "");
  Payload payload;
  payload.add(ElementType::kLink, 0, "", {1, 2, 3, 1 | span_flag::kParentRemote | 5u << 8},
              inner.bytes());
  EXPECT_EQ(read(payload).spans, 1u);
  int links = 0;
  batch.batch()[0].for_each_link([&](const LinkView& link) {
    ++links;
    EXPECT_EQ(link.context.trace_id, (TraceId{1, 2}));
    EXPECT_EQ(link.context.span_id.value, 3u);
    EXPECT_TRUE(link.context.flags.sampled());
    EXPECT_TRUE(link.context.is_remote);
    EXPECT_EQ(link.tracestate, "other=2");
  });
  EXPECT_EQ(links, 1);
}

TEST_F(PayloadTest, OverridesReplaceWhatTheHeadSays) {
  TestSpan span;
  span.flags |= 2u << span_flag::kStatusShift;
  Payload payload;
  payload.add(ElementType::kName, 0, "", {}, "first")
      .add(ElementType::kName, 0, "", {}, "renamed")
      .add(ElementType::kStatusText, 0, "", {}, "timeout")
      .add(ElementType::kStartTime, 0, "", {500}, "")
      .add(ElementType::kEndTime, 0, "", {900}, "")
      .add(ElementType::kDropped, 0, "", {3 | 2ull << 32 | 1ull << 48}, "");
  EXPECT_EQ(read(payload, span).spans, 1u);
  const SpanView got = batch.batch()[0];
  EXPECT_EQ(got.name(), "renamed");
  EXPECT_EQ(got.status_text(), "timeout");
  EXPECT_EQ(got.start_unix_ns(), 500);
  EXPECT_EQ(got.end_unix_ns(), 900);
  EXPECT_EQ(got.dropped().attributes, 3u);
  EXPECT_EQ(got.dropped().events, 2u);
  EXPECT_EQ(got.dropped().links, 1u);
}

TEST_F(PayloadTest, ALongDurationStandsInThePayload) {
  TestSpan span;
  span.duration = slot_w6::kDuration.max();
  const std::uint64_t ticks = std::uint64_t{1} << 44;
  EXPECT_EQ(read(Payload().add(ElementType::kDuration, 0, "", {ticks}, ""), span).spans, 1u);
  const SpanView got = batch.batch()[0];
  EXPECT_EQ(got.end_unix_ns() - got.start_unix_ns(), static_cast<std::int64_t>(ticks));
}

TEST_F(PayloadTest, ASpanThatWasGivenAnEndBeforeItsStartHasNoLength) {
  Payload payload;
  payload.add(ElementType::kStartTime, 0, "", {500}, "")
      .add(ElementType::kEndTime, 0, "", {400}, "");
  (void)read(payload);
  EXPECT_EQ(batch.batch()[0].end_unix_ns(), 500);
}

class DamagedPayload : public PayloadTest, public ::testing::WithParamInterface<int> {};

TEST_P(DamagedPayload, IsCountedAndSkipped) {
  Payload payload;
  switch (GetParam()) {
    case 0:  // longer than the record
      payload.words = {element_header(ElementType::kString, 1, 0, 1000)};
      break;
    case 1:  // key longer than the record
      payload.words = {element_header(ElementType::kInt64, 0, 60000, 0), 1};
      break;
    case 2:  // not whole numbers
      payload.add(ElementType::kInt64Array, 1, "", {}, "12345");
      break;
    case 3:  // a string of the array reaches beyond it
      payload.add(ElementType::kStringArray, 1, "", {}, std::string_view("\x09\0\0\0ab", 6));
      break;
    case 4:  // an event inside an event
      payload.add(ElementType::kEvent, 1, "", {5},
                  Payload().add(ElementType::kEvent, 1, "", {5}, "").bytes());
      break;
    case 5:  // an event's attribute reaches beyond it
      payload.add(ElementType::kEvent, 1, "", {5},
                  text_of({element_header(ElementType::kString, 1, 0, 100)}));
      break;
    default:
      break;
  }
  const auto stats = read(payload);
  EXPECT_EQ(stats.damaged, 1u);
  EXPECT_EQ(stats.spans, 0u);
  EXPECT_TRUE(batch.empty());
  // What follows is read all the same.
  region.publish(lane, {});
  RegionReader reader(view());
  EXPECT_EQ(reader.read_finished(batch, 10).spans, 1u);
}
INSTANTIATE_TEST_SUITE_P(Kinds, DamagedPayload, ::testing::Range(0, 6));

}  // namespace
}  // namespace nanospan::test
