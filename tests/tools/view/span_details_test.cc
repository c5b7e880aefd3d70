#include "view/span_details.h"

#include <gtest/gtest.h>

#include <limits>

#include "terminal/text.h"
#include "tools/samples.h"

namespace nanospan::tools {
namespace {

using Lines = std::vector<std::string>;

void add(google::protobuf::RepeatedPtrField<otlp::v1::KeyValue>& to, const std::string& key,
         const std::string& value) {
  otlp::v1::KeyValue& pair = *to.Add();
  pair.set_key(key);
  pair.mutable_value()->set_string_value(value);
}

otlp::v1::Span client() {
  otlp::v1::Span span;
  span.set_trace_id(testing::id_bytes(7, 16));
  span.set_span_id(testing::id_bytes(1, 8));
  span.set_kind(otlp::v1::Span::SPAN_KIND_CLIENT);
  return span;
}

Lines lines_of(const otlp::v1::Span& span, const DetailOptions& options = {}) {
  return detail_lines(span.SerializeAsString(), options);
}

nlohmann::ordered_json json_of(const otlp::v1::Span& span) {
  nlohmann::ordered_json json;
  add_details(span.SerializeAsString(), json);
  return json;
}

TEST(SpanDetails, TellsAllThatASpanHas) {
  otlp::v1::Span span = client();
  span.mutable_status()->set_message("deadline exceeded");
  add(*span.mutable_attributes(), "db.system.name", "sqlite");
  auto& count = *span.add_attributes();
  count.set_key("rows");
  count.mutable_value()->set_int_value(3);
  span.set_dropped_attributes_count(2);
  auto& event = *span.add_events();
  event.set_name("exception");
  event.set_time_unix_nano(testing::kEpochNs + 430 * testing::kMs);
  add(*event.mutable_attributes(), "exception.type", "std::runtime_error");
  auto& link = *span.add_links();
  link.set_trace_id(testing::id_bytes(9, 16));
  link.set_span_id(testing::id_bytes(8, 8));
  DetailOptions options;
  options.trace_ns = static_cast<std::int64_t>(testing::kEpochNs);
  EXPECT_EQ(lines_of(span, options),
            (Lines{"span 0000000000000001  client", "status: deadline exceeded",
                   "db.system.name = sqlite", "rows = 3", "… 2 attributes dropped when recorded",
                   "· 430 ms  exception", "    exception.type = std::runtime_error",
                   "→ span 0000000000000008 of trace 00000000000000000000000000000009"}));
  const auto json = json_of(span);
  EXPECT_EQ(json["kind"], "client");
  EXPECT_EQ(json["attributes"],
            (nlohmann::ordered_json{{"db.system.name", "sqlite"}, {"rows", 3}}));
  EXPECT_EQ(json["events"][0]["name"], "exception");
  EXPECT_EQ(json["events"][0]["time_unix_ns"], testing::kEpochNs + 430 * testing::kMs);
  EXPECT_EQ(json["links"][0]["span_id"], "0000000000000008");
  EXPECT_EQ(json["dropped_attributes_count"], 2);
}

TEST(SpanDetails, TellsTimesOfEventsToTheNanosecond) {
  otlp::v1::Span span = client();
  for (const std::uint64_t time_ns : {testing::kEpochNs + 690, testing::kEpochNs - 10}) {
    auto& event = *span.add_events();
    event.set_name("tick");
    event.set_time_unix_nano(time_ns);
  }
  span.add_events()->set_name("timeless");
  EXPECT_EQ(
      lines_of(span, {.trace_ns = static_cast<std::int64_t>(testing::kEpochNs)}),
      (Lines{"span 0000000000000001  client", "· 690 ns  tick", "· -10 ns  tick", "· timeless"}));
}

TEST(SpanDetails, TakesTheLastValueOfAKey) {
  otlp::v1::Span span = client();
  for (const char* const value : {"old", "new"}) add(*span.mutable_attributes(), "key", value);
  EXPECT_EQ(lines_of(span), (Lines{"span 0000000000000001  client", "key = new"}));
  EXPECT_EQ(json_of(span)["attributes"], nlohmann::ordered_json({{"key", "new"}}));
}

TEST(SpanDetails, ShowsNestedValuesAndNumbersThatJsonHasNot) {
  otlp::v1::Span span = client();
  auto& list = *span.add_attributes();
  list.set_key("list");
  auto& values = *list.mutable_value()->mutable_array_value();
  values.add_values()->set_string_value("a");
  values.add_values()->set_bool_value(true);
  add(*values.add_values()->mutable_kvlist_value()->mutable_values(), "k", "v");
  auto& number = *span.add_attributes();
  number.set_key("number");
  number.mutable_value()->set_double_value(std::numeric_limits<double>::quiet_NaN());
  span.add_attributes()->set_key("nothing");
  EXPECT_EQ(lines_of(span),
            (Lines{"span 0000000000000001  client", R"(list = ["a",true,{"k":"v"}])",
                   "number = NaN", "nothing = null"}));
}

TEST(SpanDetails, MovesNoCursorByWhatAStrangerWrote) {
  otlp::v1::Span span = client();
  span.mutable_status()->set_message("\x1b[2J");
  add(*span.mutable_attributes(), "k\x1b[2J", "v\x1b]0;x\x07\r\xe2\x80\xae");
  auto& event = *span.add_events();
  event.set_name("e\x1b[2J");
  event.set_time_unix_nano(std::numeric_limits<std::uint64_t>::max());
  add(*event.mutable_attributes(), "k\x07", "v\n\x1b[H");
  for (const bool all : {false, true}) {
    const Lines lines = lines_of(span, {.columns = 40, .all = all});
    EXPECT_GE(lines.size(), 6U);
    for (const std::string& line : lines) {
      EXPECT_EQ(line, printable(line));
      EXPECT_LE(display_width(line), 40U) << line;
    }
  }
}

TEST(SpanDetails, CutsLongValuesAndSaysSoUnlessAllIsWanted) {
  otlp::v1::Span span = client();
  add(*span.mutable_attributes(), "query", std::string(100, 'x') + " tail");
  std::string stack;
  for (int i = 0; i < 10; ++i) stack += "#" + std::to_string(i) + "\n";
  add(*span.mutable_attributes(), "stack", stack);
  const Lines cut = lines_of(span, {.columns = 40});
  ASSERT_EQ(cut.size(), 9U);
  EXPECT_EQ(cut[1], "query = " + std::string(31, 'x') + "…");
  EXPECT_EQ(cut[2], "stack = #0");
  EXPECT_EQ(cut[7], "  #5");
  EXPECT_EQ(cut[8], "  … 4 lines more");
  const Lines all = lines_of(span, {.columns = 40, .all = true});
  ASSERT_EQ(all.size(), 14U);
  EXPECT_EQ(all[1], "query = " + std::string(32, 'x'));
  EXPECT_EQ(all[3], std::string(28, 'x') + " tail");
  EXPECT_EQ(all[13], "  #9");
}

TEST(SpanDetails, TakesBothEndsOfALine) {
  otlp::v1::Span span = client();
  add(*span.mutable_attributes(), "stack", "at A\r\nat B\r\n");
  EXPECT_EQ(lines_of(span), (Lines{"span 0000000000000001  client", "stack = at A", "  at B"}));
}

TEST(SpanDetails, CountsWhatItLeavesOut) {
  otlp::v1::Span span = client();
  for (int i = 0; i < 30; ++i) add(*span.mutable_attributes(), "k" + std::to_string(i), "v");
  for (int i = 0; i < 10; ++i) span.add_events()->set_name("tick");
  const Lines lines = lines_of(span);
  ASSERT_EQ(lines.size(), 1 + DetailOptions::kAttributesMax + 1 + DetailOptions::kEventsMax + 1);
  EXPECT_EQ(lines[25], "… 6 attributes more (--all)");
  EXPECT_EQ(lines.back(), "… 2 events more (--all)");
  EXPECT_EQ(lines_of(span, {.all = true}).size(), 41U);
}

TEST(SpanDetails, SaysNothingOfASpanWhoseRecordWasNotKept) {
  EXPECT_TRUE(detail_lines("", {}).empty());
  nlohmann::ordered_json json;
  add_details("", json);
  EXPECT_TRUE(json.empty());
}

}  // namespace
}  // namespace nanospan::tools
