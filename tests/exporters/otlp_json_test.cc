// OTLP/JSON says what the binary form says: random spans, both forms decoded by other people's
// code.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "exporters/batch_fixture.h"
#include "otlp.pb.h"
#include "wire/otlp_encoder.h"

namespace nanospan::test {
namespace {

using Json = nlohmann::json;
namespace otlp = nanospan::otlp::v1;

std::string hex(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string base64_decoded(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0, group = 0;
  for (const char c : text) {
    if (c == '=') break;
    group = group << 6 | static_cast<unsigned>(digits.find(c));
    bits += 6;
    if (bits >= 8) bytes += static_cast<char>(group >> (bits -= 8));
  }
  return bytes;
}

void expect_value(const Json& json, const otlp::AnyValue& value) {
  switch (value.value_case()) {
    case otlp::AnyValue::kStringValue:
      EXPECT_EQ(json.at("stringValue"), value.string_value());
      return;
    case otlp::AnyValue::kBoolValue:
      EXPECT_EQ(json.at("boolValue"), value.bool_value());
      return;
    case otlp::AnyValue::kIntValue:
      EXPECT_EQ(json.at("intValue"), std::to_string(value.int_value()));
      return;
    case otlp::AnyValue::kDoubleValue:
      if (std::isnan(value.double_value())) {
        EXPECT_EQ(json.at("doubleValue"), "NaN");
      } else if (std::isinf(value.double_value())) {
        EXPECT_EQ(json.at("doubleValue"), value.double_value() > 0 ? "Infinity" : "-Infinity");
      } else {
        EXPECT_EQ(json.at("doubleValue").get<double>(), value.double_value());
      }
      return;
    case otlp::AnyValue::kBytesValue:
      EXPECT_EQ(base64_decoded(json.at("bytesValue")), value.bytes_value());
      return;
    case otlp::AnyValue::kArrayValue: {
      const Json& values = json.at("arrayValue").at("values");
      ASSERT_EQ(values.size(), static_cast<std::size_t>(value.array_value().values_size()));
      for (int i = 0; i < value.array_value().values_size(); ++i) {
        expect_value(values[static_cast<std::size_t>(i)], value.array_value().values(i));
      }
      return;
    }
    default:
      EXPECT_EQ(json, Json::object());
  }
}

template <typename KeyValues>
void expect_attributes(const Json& owner, const KeyValues& attributes) {
  const Json list = owner.value("attributes", Json::array());
  ASSERT_EQ(list.size(), static_cast<std::size_t>(attributes.size()));
  std::set<std::string> keys;
  for (int i = 0; i < attributes.size(); ++i) {
    const Json& json = list[static_cast<std::size_t>(i)];
    EXPECT_TRUE(keys.insert(attributes.Get(i).key()).second) << attributes.Get(i).key();
    EXPECT_EQ(json.at("key"), attributes.Get(i).key());
    expect_value(json.at("value"), attributes.Get(i).value());
  }
}

void expect_span(const Json& json, const otlp::Span& span) {
  EXPECT_EQ(json.at("traceId"), hex(span.trace_id()));
  EXPECT_EQ(json.at("spanId"), hex(span.span_id()));
  EXPECT_EQ(json.value("parentSpanId", ""), hex(span.parent_span_id()));
  EXPECT_EQ(json.value("traceState", ""), span.trace_state());
  EXPECT_EQ(json.at("name"), span.name());
  EXPECT_EQ(json.at("kind"), static_cast<int>(span.kind()));
  EXPECT_EQ(json.at("flags"), span.flags());
  EXPECT_EQ(json.at("startTimeUnixNano"), std::to_string(span.start_time_unix_nano()));
  EXPECT_EQ(json.at("endTimeUnixNano"), std::to_string(span.end_time_unix_nano()));
  EXPECT_EQ(json.value("droppedAttributesCount", 0u), span.dropped_attributes_count());
  EXPECT_EQ(json.value("droppedEventsCount", 0u), span.dropped_events_count());
  EXPECT_EQ(json.value("droppedLinksCount", 0u), span.dropped_links_count());
  const Json status = json.value("status", Json::object());
  EXPECT_EQ(status.value("code", 0), static_cast<int>(span.status().code()));
  EXPECT_EQ(status.value("message", ""), span.status().message());
  expect_attributes(json, span.attributes());
  const Json events = json.value("events", Json::array());
  ASSERT_EQ(events.size(), static_cast<std::size_t>(span.events_size()));
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& event = span.events(static_cast<int>(i));
    EXPECT_EQ(events[i].at("name"), event.name());
    EXPECT_EQ(events[i].at("timeUnixNano"), std::to_string(event.time_unix_nano()));
    expect_attributes(events[i], event.attributes());
    EXPECT_EQ(events[i].value("droppedAttributesCount", 0u), event.dropped_attributes_count());
  }
  const Json links = json.value("links", Json::array());
  ASSERT_EQ(links.size(), static_cast<std::size_t>(span.links_size()));
  for (std::size_t i = 0; i < links.size(); ++i) {
    const auto& link = span.links(static_cast<int>(i));
    EXPECT_EQ(links[i].at("traceId"), hex(link.trace_id()));
    EXPECT_EQ(links[i].at("flags"), link.flags());
    expect_attributes(links[i], link.attributes());
    EXPECT_EQ(links[i].value("droppedAttributesCount", 0u), link.dropped_attributes_count());
  }
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  std::uint64_t word() { return engine_(); }
  // Bytes of any value, so that most long ones are not UTF-8; some with controls and quotes.
  std::string text() {
    const std::string_view pieces[] = {"a",
                                       "\"",
                                       "\\",
                                       "\n",
                                       "\x01",
                                       "\x7f",
                                       "\xC3\xA4",
                                       "\xFF",
                                       "\xF0\x9F\x98\x80",
                                       "\xED\xA0\x80",
                                       "\xC3",
                                       "plain text "};
    std::string made;
    for (std::uint64_t i = below(12); i > 0; --i) made += pieces[below(std::size(pieces))];
    return made;
  }
  Payload attributes() {
    const std::int64_t extremes[] = {0, -1, std::numeric_limits<std::int64_t>::min(),
                                     std::numeric_limits<std::int64_t>::max()};
    const double reals[] = {0.0, -0.0, 1e300, 0.1, std::nan(""), HUGE_VAL, -HUGE_VAL};
    Payload payload;
    for (std::uint64_t i = below(6); i > 0; --i) {
      const std::string own = below(8) == 0 ? "" : "k" + std::to_string(i) + text();
      const std::string key = below(12) == 0 ? "code.function.name" : own;
      const std::string bytes(8 * below(20), static_cast<char>(below(256)));
      switch (below(9)) {
        case 0:
          payload.text(key, text());
          break;
        case 1:
          payload.boolean(key, below(2) == 0);
          break;
        case 2:
          payload.integer(key, extremes[below(std::size(extremes))]);
          break;
        case 3:
          payload.real(key, reals[below(std::size(reals))]);
          break;
        case 4:
          payload.raw(ElementType::kBytes, key, bytes.substr(0, below(bytes.size() + 1)));
          break;
        case 5:
          payload.raw(ElementType::kInt64Array, key, bytes);
          break;
        case 6:
          payload.raw(ElementType::kEmpty, key, "");
          break;
        case 7:
          payload.add({ElementType::kDropped, 0, {}, {below(1000)}, {}});
          break;
        default:
          payload.strings(key, {text(), "", text()});
      }
    }
    return payload;
  }

 private:
  std::mt19937_64 engine_;
};

void add_random_span(BatchMaker& maker, Random& random) {
  CallsiteInfo info;
  info.name = random.text();
  info.scope_name = random.below(2) == 0 ? "" : random.text();
  info.function = random.text();
  info.kind = static_cast<SpanKind>(1 + random.below(5));
  SpanRecord record = maker.record(maker.callsite(info));
  record.parent_span_id = {random.below(2) == 0 ? 0 : random.word()};
  record.flags = static_cast<std::uint8_t>(random.below(8) |
                                           random.below(3) << detail::span_flag::kStatusShift);
  record.start_unix_ns = static_cast<std::int64_t>(random.word());
  record.end_unix_ns = static_cast<std::int64_t>(random.word());
  record.unfinished = random.below(4) == 0;
  Payload payload = random.attributes();
  if (random.below(3) == 0) payload.raw(ElementType::kName, "", random.text());
  if (random.below(3) == 0) payload.raw(ElementType::kStatusText, "", random.text());
  if (random.below(3) == 0) payload.event(random.text(), random.word(), random.attributes());
  if (random.below(3) == 0) payload.link({{1, random.word()}, {2}, {1}, true}, random.attributes());
  if (random.below(4) == 0) payload.add({ElementType::kDropped, 0, {}, {random.word()}, {}});
  maker.add(record, payload, random.text());
}

TEST(OtlpJsonTest, SaysWhatTheBinaryFormSays) {
  wire::OtlpEncoder binary;
  wire::OtlpJsonEncoder json_encoder;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    BatchMaker maker;
    for (std::uint64_t i = random.below(8); i > 0; --i) add_random_span(maker, random);
    otlp::TracesData data;
    ASSERT_TRUE(data.ParseFromString(std::string(binary.encode(maker.batch()))));
    const std::string line(json_encoder.encode(maker.batch()));
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const Json json = Json::parse(line, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << line;
    const Json& scopes = json.at("resourceSpans").at(0).at("scopeSpans");
    ASSERT_EQ(scopes.size(), static_cast<std::size_t>(data.resource_spans(0).scope_spans_size()));
    for (std::size_t i = 0; i < scopes.size(); ++i) {
      const auto& scope = data.resource_spans(0).scope_spans(static_cast<int>(i));
      EXPECT_EQ(scopes[i].at("scope").value("name", ""), scope.scope().name());
      const Json& spans = scopes[i].at("spans");
      ASSERT_EQ(spans.size(), static_cast<std::size_t>(scope.spans_size()));
      for (std::size_t k = 0; k < spans.size(); ++k) {
        expect_span(spans[k], scope.spans(static_cast<int>(k)));
      }
    }
  }
}

// Digits are made in pieces, and those of the second are kept from span to span.
TEST(OtlpJsonTest, WritesEveryDigitOfATime) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  std::vector<std::int64_t> times = {0,
                                     1,
                                     kSecond * kSecond - 1,
                                     kSecond * kSecond,
                                     1'700'000'000 * kSecond,
                                     1'700'000'000 * kSecond + 999'999'999,
                                     1'700'000'001 * kSecond,
                                     1'699'999'999 * kSecond + 100'000'000,
                                     std::numeric_limits<std::int64_t>::max() - 1};
  for (std::int64_t ns = 1; ns < kSecond; ns *= 10) {
    times.push_back(1'700'000'000 * kSecond + ns);
    times.push_back(1'700'000'000 * kSecond + ns * 9);
    times.push_back(1'700'000'001 * kSecond + (123'456'789 % ns));
  }
  BatchMaker maker;
  for (const std::int64_t time : times) {
    SpanRecord record = maker.record(maker.callsite(CallsiteInfo{}));
    record.start_unix_ns = time;
    record.end_unix_ns = time + 1;
    maker.add(record, {}, "");
  }
  wire::OtlpJsonEncoder encoder;
  const Json json = Json::parse(encoder.encode(maker.batch()));
  const Json& spans = json.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans");
  ASSERT_EQ(spans.size(), times.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_EQ(spans[i].at("startTimeUnixNano"), std::to_string(times[i]));
    EXPECT_EQ(spans[i].at("endTimeUnixNano"), std::to_string(times[i] + 1));
  }
}

}  // namespace
}  // namespace nanospan::test
