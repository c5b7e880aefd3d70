#include "otlp_json.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nanospan::tools {
namespace {

std::string with_span(const std::string& members) {
  return R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":)"
         R"("0102030405060708090A0b0c0d0e0f10","spanId":"0102030405060708")" +
         members + "}]}]}]}";
}
const otlp::v1::Span& span_of(const otlp::v1::TracesData& traces) {
  return traces.resource_spans(0).scope_spans(0).spans(0);
}

TEST(OtlpJson, TakesNumbersAsNumbersAndAsStrings) {
  const auto traces = traces_from_json(with_span(
      R"(,"startTimeUnixNano":1700000000000000001,"endTimeUnixNano":"1700000000000000002",)"
      R"("kind":"SPAN_KIND_SERVER","status":{"code":"STATUS_CODE_ERROR"},"unknown":[{}])"));
  ASSERT_TRUE(traces.ok()) << traces.error();
  EXPECT_EQ(span_of(*traces).start_time_unix_nano(), 1700000000000000001u);
  EXPECT_EQ(span_of(*traces).end_time_unix_nano(), 1700000000000000002u);
  EXPECT_EQ(span_of(*traces).kind(), otlp::v1::Span::SPAN_KIND_SERVER);
  EXPECT_EQ(span_of(*traces).status().code(), otlp::v1::Status::STATUS_CODE_ERROR);
  EXPECT_EQ(span_of(*traces).trace_id()[9], '\x0a');
}

TEST(OtlpJson, KeepsEveryValueThereAndBack) {
  const std::string line = with_span(
      R"(,"traceState":"a=b","flags":769,"name":"n","kind":3,"startTimeUnixNano":"1",)"
      R"("endTimeUnixNano":"18446744073709551615","attributes":[)"
      R"({"key":"s","value":{"stringValue":"q\"\u0001é"}},{"key":"b","value":{"boolValue":true}},)"
      R"({"key":"i","value":{"intValue":"-9223372036854775808"}},)"
      R"({"key":"d","value":{"doubleValue":0.1}},{"key":"n","value":{"doubleValue":"NaN"}},)"
      R"({"key":"y","value":{"bytesValue":"AAEC/w=="}},{"key":"e","value":{}},{"key":"none"},)"
      R"({"key":"a","value":{"arrayValue":{"values":[{"intValue":"1"},{}]}}},)"
      R"({"key":"m","value":{"kvlistValue":{"values":[)"
      R"({"key":"k","value":{"boolValue":false}}]}}}],)"
      R"("droppedAttributesCount":4294967295,)"
      R"("events":[{"timeUnixNano":"5","name":"ev","droppedAttributesCount":2}],)"
      R"("links":[{"traceId":"000102030405060708090a0b0c0d0e0f","spanId":"0001020304050607",)"
      R"("flags":256}],"droppedLinksCount":3,"status":{"message":"m","code":2})");
  const auto first = traces_from_json(line);
  ASSERT_TRUE(first.ok()) << first.error();
  const std::string again = traces_to_json(*first);
  const auto second = traces_from_json(again);
  ASSERT_TRUE(second.ok()) << second.error();
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  const auto& attributes = span_of(*second).attributes();
  ASSERT_EQ(attributes.size(), 10);
  EXPECT_EQ(attributes[2].value().int_value(), INT64_MIN);
  EXPECT_EQ(attributes[3].value().double_value(), 0.1);
  EXPECT_TRUE(std::isnan(attributes[4].value().double_value()));
  EXPECT_EQ(attributes[5].value().bytes_value(), std::string("\x00\x01\x02\xff", 4));
  EXPECT_EQ(span_of(*second).end_time_unix_nano(), UINT64_MAX);
  EXPECT_EQ(again.find('\n'), std::string::npos);
}

TEST(OtlpJson, RefusesWhatWouldBeAWrongSpan) {
  for (const char* const line :
       {"", "[]", "{", "nonsense", R"({"resourceSpans":{}})", R"({"resourceSpans":[1]})",
        R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"no ids"}]}]}]})",
        R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zz","spanId":"01"}]}]}]})"})
    EXPECT_FALSE(traces_from_json(line).ok()) << line;
  for (const char* const member :
       {R"(,"name":7)", R"(,"startTimeUnixNano":"-1")", R"(,"startTimeUnixNano":-1)",
        R"(,"flags":4294967296)", R"(,"startTimeUnixNano":"1x")", R"(,"kind":"SPAN_KIND_KING")",
        R"(,"parentSpanId":"0102")", R"(,"attributes":[{"key":"i","value":{"intValue":1.5}}])",
        R"(,"attributes":[{"key":"i","value":{"intValue":9223372036854775808}}])",
        R"(,"attributes":[{"key":"y","value":{"bytesValue":"%%"}}])"})
    EXPECT_FALSE(traces_from_json(with_span(member)).ok()) << member;
}

TEST(OtlpJson, RefusesValuesThatNestWithoutEnd) {
  std::string value = "{}";
  for (int i = 0; i < 100; ++i) value = R"({"arrayValue":{"values":[)" + value + "]}}";
  const auto traces =
      traces_from_json(with_span(R"(,"attributes":[{"key":"k","value":)" + value + "}]"));
  ASSERT_FALSE(traces.ok());
  EXPECT_NE(traces.error().find("nested too deep"), std::string::npos);
}

}  // namespace
}  // namespace nanospan::tools
