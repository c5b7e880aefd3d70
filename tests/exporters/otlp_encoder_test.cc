// What the encoder writes, read by protobuf's own code.
#include "wire/otlp_encoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "exporters/batch_fixture.h"
#include "otlp.pb.h"

namespace nanospan::test {
namespace {

namespace otlp = nanospan::otlp::v1;

class OtlpEncoderTest : public ::testing::Test {
 protected:
  otlp::TracesData encode() {
    otlp::TracesData data;
    EXPECT_TRUE(data.ParseFromString(std::string(encoder_.encode(maker_.batch()))));
    return data;
  }
  otlp::Span encode_span() { return encode().resource_spans(0).scope_spans(0).spans(0); }

  BatchMaker maker_;
  wire::OtlpEncoder encoder_;
};

const otlp::AnyValue* find(const google::protobuf::RepeatedPtrField<otlp::KeyValue>& attributes,
                           std::string_view key) {
  for (const auto& attribute : attributes) {
    if (attribute.key() == key) return &attribute.value();
  }
  return nullptr;
}

TEST_F(OtlpEncoderTest, PlainSpanSaysWhatItsRecordCallsiteAndThreadSay) {
  CallsiteInfo info;
  info.name = "get_tasks";
  info.function = "Tasks::get";
  info.file = "src/tasks.cc";
  info.line = 4711;
  info.kind = SpanKind::kServer;
  info.scope_name = "tasks";
  info.scope_version = "1.2";
  maker_.thread = std::make_shared<const ThreadInfo>(ThreadInfo{815, "worker-1"});
  SpanRecord record = maker_.record(maker_.callsite(info));
  record.parent_span_id = {0x1122334455667788};
  maker_.add(record);
  const otlp::TracesData data = encode();
  const auto& scope = data.resource_spans(0).scope_spans(0);
  EXPECT_EQ(scope.scope().name(), "tasks");
  EXPECT_EQ(scope.scope().version(), "1.2");
  ASSERT_EQ(scope.spans_size(), 1);
  const otlp::Span& span = scope.spans(0);
  EXPECT_EQ(span.trace_id(), "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10");
  EXPECT_EQ(span.span_id(), std::string("\xa1\xa2\xa3\xa4\xa5\xa6\xa7\x00", 8));
  EXPECT_EQ(span.parent_span_id(), "\x11\x22\x33\x44\x55\x66\x77\x88");
  EXPECT_EQ(span.name(), "get_tasks");
  EXPECT_EQ(span.kind(), otlp::Span::SPAN_KIND_SERVER);
  EXPECT_EQ(span.start_time_unix_nano(), 1'700'000'000'000'000'001u);
  EXPECT_EQ(span.end_time_unix_nano(), 1'700'000'000'000'002'502u);
  EXPECT_EQ(span.flags(), 0x101u);
  EXPECT_FALSE(span.has_status());
  EXPECT_EQ(span.attributes_size(), 5);
  EXPECT_EQ(find(span.attributes(), "code.function.name")->string_value(), "Tasks::get");
  EXPECT_EQ(find(span.attributes(), "code.file.path")->string_value(), "src/tasks.cc");
  EXPECT_EQ(find(span.attributes(), "code.line.number")->int_value(), 4711);
  EXPECT_EQ(find(span.attributes(), "thread.id")->int_value(), 815);
  EXPECT_EQ(find(span.attributes(), "thread.name")->string_value(), "worker-1");
}

// Each key once, the span's own value: interned or not, alone or among more than attributes.
TEST_F(OtlpEncoderTest, AnAttributeOfTheSpanReplacesThatOfItsCallsiteOrThread) {
  CallsiteInfo info;
  info.name = "get_tasks";
  info.function = "Tasks::get";
  info.file = "src/tasks.cc";
  info.line = 4711;
  const CallsiteInfo* const callsite = maker_.callsite(info);
  maker_.thread = std::make_shared<const ThreadInfo>(ThreadInfo{815, "worker-1"});
  const std::uint32_t thread_id = maker_.table->add_text("thread.id");
  Payload interned, inlined, with_event;
  interned.add({ElementType::kInt64, thread_id, {}, {7}, {}});
  inlined.text("code.function.name", "own");
  inlined.integer("code.line.number", 1);
  inlined.text("thread.name", "first");
  inlined.text("thread.name", "last");
  inlined.text("code.other", "kept");
  with_event.integer("thread.id", 7);
  with_event.event("e", 1, inlined);
  for (int round = 0; round < 2; ++round) {
    SpanRecord record = maker_.record(callsite);
    record.contents = payload_contents::kAttributes;
    maker_.add(record, interned);
    maker_.add(maker_.record(callsite), inlined);
    maker_.add(maker_.record(callsite), with_event);
    maker_.add(maker_.record(callsite));
  }
  const otlp::TracesData data = encode();
  const auto& spans = data.resource_spans(0).scope_spans(0).spans();
  ASSERT_EQ(spans.size(), 8);
  for (int at = 0; at < spans.size(); ++at) {
    std::set<std::string> keys;
    for (const auto& attribute : spans[at].attributes()) {
      EXPECT_TRUE(keys.insert(attribute.key()).second) << at << ": " << attribute.key();
    }
    EXPECT_EQ(keys.size(), at % 4 == 1 ? 6u : 5u);
    EXPECT_EQ(spans[at].name(), "get_tasks");
    const auto& all = spans[at].attributes();
    const bool says_function = at % 4 == 1, says_thread_id = at % 4 == 0 || at % 4 == 2;
    EXPECT_EQ(find(all, "thread.id")->int_value(), says_thread_id ? 7 : 815);
    EXPECT_EQ(find(all, "code.function.name")->string_value(),
              says_function ? "own" : "Tasks::get");
    EXPECT_EQ(find(all, "code.line.number")->int_value(), says_function ? 1 : 4711);
    EXPECT_EQ(find(all, "thread.name")->string_value(), says_function ? "last" : "worker-1");
    EXPECT_EQ(find(all, "code.file.path")->string_value(), "src/tasks.cc");
    EXPECT_EQ(spans[at].events_size(), at % 4 == 2 ? 1 : 0);
  }
}

TEST_F(OtlpEncoderTest, FlagsSayWhereTheParentCameFrom) {
  SpanRecord record = maker_.record(maker_.callsite("s"));
  record.flags =
      detail::span_flag::kSampled | detail::span_flag::kRandom | detail::span_flag::kParentRemote;
  maker_.add(record);
  EXPECT_EQ(encode_span().flags(), 0x303u);
  EXPECT_TRUE(encode_span().parent_span_id().empty());
}

TEST_F(OtlpEncoderTest, EveryTypeOfValue) {
  const bool bools[] = {true, false};
  const std::int64_t numbers[] = {std::numeric_limits<std::int64_t>::min(), -1, 0};
  const double reals[] = {0.5, std::nan("")};
  const auto view = [](const auto& array) {
    return std::string_view(reinterpret_cast<const char*>(array), sizeof(array));
  };
  Payload payload;
  payload.text("text", std::string(300, 'x'));
  payload.text("none", "");
  payload.boolean("bool", true);
  payload.integer("max", std::numeric_limits<std::int64_t>::max());
  payload.integer("min", std::numeric_limits<std::int64_t>::min());
  payload.real("nan", std::nan(""));
  payload.raw(ElementType::kBytes, "bytes", std::string_view("\0\xff", 2));
  payload.raw(ElementType::kBoolArray, "bools", view(bools));
  payload.raw(ElementType::kInt64Array, "numbers", view(numbers));
  payload.raw(ElementType::kDoubleArray, "reals", view(reals));
  payload.strings("strings", {"a", "", std::string(200, 'y')});
  payload.raw(ElementType::kEmpty, "empty", "");
  payload.raw(ElementType::kInt64Array, "no_numbers", "");
  maker_.add(maker_.record(maker_.callsite("s")), payload);
  const otlp::Span span = encode_span();
  const auto& all = span.attributes();
  EXPECT_EQ(find(all, "text")->string_value(), std::string(300, 'x'));
  EXPECT_TRUE(find(all, "none")->has_string_value());
  EXPECT_TRUE(find(all, "bool")->bool_value());
  EXPECT_EQ(find(all, "max")->int_value(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(find(all, "min")->int_value(), std::numeric_limits<std::int64_t>::min());
  EXPECT_TRUE(std::isnan(find(all, "nan")->double_value()));
  EXPECT_EQ(find(all, "bytes")->bytes_value(), std::string("\0\xff", 2));
  EXPECT_TRUE(find(all, "bools")->array_value().values(0).bool_value());
  EXPECT_TRUE(find(all, "bools")->array_value().values(1).has_bool_value());
  EXPECT_EQ(find(all, "numbers")->array_value().values(0).int_value(), numbers[0]);
  EXPECT_EQ(find(all, "numbers")->array_value().values_size(), 3);
  EXPECT_EQ(find(all, "reals")->array_value().values(0).double_value(), 0.5);
  EXPECT_EQ(find(all, "strings")->array_value().values(2).string_value(), std::string(200, 'y'));
  EXPECT_EQ(find(all, "empty")->value_case(), otlp::AnyValue::VALUE_NOT_SET);
  EXPECT_TRUE(find(all, "no_numbers")->has_array_value());
  EXPECT_EQ(find(all, "no_numbers")->array_value().values_size(), 0);
}

TEST_F(OtlpEncoderTest, InternedKeysAndLiteralsFollowTheirRegion) {
  for (const std::string_view text : {"first", "second"}) {
    maker_.restart();
    const std::uint32_t key = maker_.table->add_text(std::string(text) + ".key");
    const std::uint32_t literal = maker_.table->add_text(text);
    Payload payload;
    payload.add({ElementType::kLiteral, key, {}, {literal}, {}});
    const CallsiteInfo* callsite = maker_.callsite("s");
    maker_.add(maker_.record(callsite), payload);
    maker_.add(maker_.record(callsite), payload);
    const auto data = encode();
    for (const auto& span : data.resource_spans(0).scope_spans(0).spans()) {
      ASSERT_EQ(span.attributes_size(), 1);
      EXPECT_EQ(span.attributes(0).key(), std::string(text) + ".key");
      EXPECT_EQ(span.attributes(0).value().string_value(), text);
    }
  }
}

// A damaged region may name one long text in every word.
TEST_F(OtlpEncoderTest, ASpanCannotGrowWithoutBoundByLongDefinitions) {
  const std::uint32_t key = maker_.table->add_text(std::string(70'000, 'k'));
  const std::uint32_t literal = maker_.table->add_text(std::string(300'000, 'v'));
  Payload literals, keys, events, nested;
  for (int i = 0; i < 100; ++i) {
    literals.add({ElementType::kLiteral, 0, "l" + std::to_string(i), {literal}, {}});
    keys.add({ElementType::kEmpty, key, {}, {}, {}});
    events.add({ElementType::kEventAt, literal, {}, {1}, {}});
  }
  nested.event("e", 1, literals);
  const CallsiteInfo* const callsite = maker_.callsite("s");
  for (const Payload* payload : {&literals, &keys, &events, &nested}) {
    SpanRecord record = maker_.record(callsite);
    if (payload == &keys) record.contents = payload_contents::kAttributes;
    maker_.add(record, *payload);
  }
  EXPECT_LT(encoder_.encode(maker_.batch()).size(), std::size_t{5} << 20);
  const auto data = encode();
  const auto& spans = data.resource_spans(0).scope_spans(0).spans();
  EXPECT_EQ(spans[0].attributes_size(), 3);
  EXPECT_EQ(spans[0].dropped_attributes_count(), 97u);
  EXPECT_EQ(spans[1].attributes_size(), 14);
  EXPECT_EQ(spans[1].dropped_attributes_count(), 86u);
  EXPECT_EQ(spans[2].events_size(), 100);
  EXPECT_EQ(spans[2].events(2).name().size(), 300'000u);
  EXPECT_EQ(spans[2].events(3).name(), "");
  EXPECT_EQ(spans[3].events(0).dropped_attributes_count(), 97u);
}

TEST_F(OtlpEncoderTest, SpansAreGroupedByScopeInTheirOrder) {
  const CallsiteInfo* a = maker_.callsite("a", "one");
  const CallsiteInfo* b = maker_.callsite("b", "two");
  for (const CallsiteInfo* callsite : {a, b, a, b, a}) maker_.add(maker_.record(callsite));
  const auto data = encode();
  ASSERT_EQ(data.resource_spans_size(), 1);
  ASSERT_EQ(data.resource_spans(0).scope_spans_size(), 2);
  const auto& one = data.resource_spans(0).scope_spans(0);
  EXPECT_EQ(one.scope().name(), "one");
  ASSERT_EQ(one.spans_size(), 3);
  EXPECT_LT(one.spans(0).span_id(), one.spans(1).span_id());
  EXPECT_LT(one.spans(1).span_id(), one.spans(2).span_id());
  EXPECT_EQ(data.resource_spans(0).scope_spans(1).spans_size(), 2);
  maker_.clear();
  maker_.add(maker_.record(b));
  EXPECT_EQ(encode().resource_spans(0).scope_spans_size(), 1);
}

TEST_F(OtlpEncoderTest, StatusNameEventsLinksAndDroppedCounts) {
  Payload of_event;
  of_event.integer("limit", 50);
  Payload payload;
  payload.raw(ElementType::kName, "", "renamed");
  payload.raw(ElementType::kStatusText, "", "timeout");
  payload.event("fetching", 1'700'000'000'000'000'100, of_event);
  payload.event("", 0, {});
  payload.link({{7, 8}, {9}, {1}, true}, of_event);
  payload.add({ElementType::kDropped, 0, {}, {5ull | 6ull << 32 | 7ull << 48}, {}});
  payload.text("", "dropped for want of a key");
  SpanRecord record = maker_.record(maker_.callsite("s"));
  record.flags |= static_cast<std::uint8_t>(2u << detail::span_flag::kStatusShift);
  maker_.add(record, payload, "vendor=1");
  const otlp::Span span = encode_span();
  EXPECT_EQ(span.name(), "renamed");
  EXPECT_EQ(span.status().code(), otlp::Status::STATUS_CODE_ERROR);
  EXPECT_EQ(span.status().message(), "timeout");
  EXPECT_EQ(span.trace_state(), "vendor=1");
  ASSERT_EQ(span.events_size(), 2);
  EXPECT_EQ(span.events(0).name(), "fetching");
  EXPECT_EQ(span.events(0).time_unix_nano(), 1'700'000'000'000'000'100u);
  EXPECT_EQ(span.events(0).attributes(0).value().int_value(), 50);
  ASSERT_EQ(span.links_size(), 1);
  EXPECT_EQ(span.links(0).flags(), 0x301u);
  EXPECT_EQ(span.links(0).span_id(), std::string("\0\0\0\0\0\0\0\x09", 8));
  EXPECT_EQ(span.links(0).attributes_size(), 1);
  EXPECT_EQ(span.attributes_size(), 0);
  EXPECT_EQ(span.dropped_attributes_count(), 6u);
  EXPECT_EQ(span.dropped_events_count(), 6u);
  EXPECT_EQ(span.dropped_links_count(), 7u);
}

TEST_F(OtlpEncoderTest, UnfinishedSpansAreErrors) {
  SpanRecord record = maker_.record(maker_.callsite("s"));
  record.unfinished = true;
  maker_.add(record);
  const otlp::Span span = encode_span();
  EXPECT_EQ(span.status().code(), otlp::Status::STATUS_CODE_ERROR);
  EXPECT_TRUE(find(span.attributes(), "nanospan.unfinished")->bool_value());
}

TEST_F(OtlpEncoderTest, EverySpanEndsAfterItStarts) {
  for (const int length_ns : {-5, 0, 1, 2}) {
    maker_.clear();
    SpanRecord record = maker_.record(maker_.callsite("s"));
    record.end_unix_ns = record.start_unix_ns + length_ns;
    maker_.add(record);
    const otlp::Span span = encode_span();
    EXPECT_EQ(span.end_time_unix_nano() - span.start_time_unix_nano(),
              static_cast<std::uint64_t>(std::max(length_ns, 1)));
  }
}

TEST_F(OtlpEncoderTest, TextThatIsNotUtf8IsReplacedEverywhere) {
  const std::string bad =
      "a\xff"
      "b";
  const std::string good =
      "a\xEF\xBF\xBD"
      "b";
  CallsiteInfo info;
  info.name = info.function = info.file = info.scope_name = info.scope_version = bad;
  maker_.use_resource({{{bad, ValueType::kString, bad, 0, 0, {}, {}, {}, {}}}, bad});
  maker_.thread = std::make_shared<const ThreadInfo>(ThreadInfo{1, bad});
  Payload inner;
  inner.text(bad, bad);
  Payload payload = inner;
  payload.strings("strings", {bad, "\xC3"});
  payload.raw(ElementType::kStatusText, "", bad);
  payload.event(bad, 1, inner);
  SpanRecord record = maker_.record(maker_.callsite(info));
  record.flags |= static_cast<std::uint8_t>(2u << detail::span_flag::kStatusShift);
  maker_.add(record, payload, bad);
  const auto data = encode();
  const auto& resource_spans = data.resource_spans(0);
  EXPECT_EQ(resource_spans.schema_url(), good);
  EXPECT_EQ(resource_spans.resource().attributes(0).key(), good);
  const auto& span = resource_spans.scope_spans(0).spans(0);
  EXPECT_EQ(resource_spans.scope_spans(0).scope().name(), good);
  EXPECT_EQ(span.name(), good);
  EXPECT_EQ(find(span.attributes(), good)->string_value(), good);
  EXPECT_EQ(find(span.attributes(), "thread.name")->string_value(), good);
  EXPECT_EQ(find(span.attributes(), "strings")->array_value().values(1).string_value(),
            "\xEF\xBF\xBD");
  EXPECT_EQ(span.status().message(), good);
  EXPECT_EQ(span.events(0).name(), good);
  EXPECT_EQ(span.trace_state(), good);
}

TEST_F(OtlpEncoderTest, EmptyBatchHasAResourceAndNoSpans) {
  const auto data = encode();
  ASSERT_EQ(data.resource_spans_size(), 1);
  EXPECT_EQ(data.resource_spans(0).scope_spans_size(), 0);
}

}  // namespace
}  // namespace nanospan::test
