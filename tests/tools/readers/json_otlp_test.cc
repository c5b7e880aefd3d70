#include <gtest/gtest.h>

#include <cmath>

#include "output/otlp_json.h"
#include "tools/readers/translated.h"

namespace nanospan::tools {
namespace {

using testing::translated;

std::string with_span(const std::string& members) {
  return R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":)"
         R"("0102030405060708090A0b0c0d0e0f10","spanId":"0102030405060708")" +
         members + "}]}]}]}";
}

TEST(OtlpJson, TakesNumbersAsNumbersAndAsStrings) {
  const auto read = translated(with_span(
      R"(,"startTimeUnixNano":1700000000000000001,"endTimeUnixNano":"1700000000000000002",)"
      R"("kind":"SPAN_KIND_SERVER","status":{"code":"STATUS_CODE_ERROR"},"unknown":[{}])"));
  ASSERT_EQ(read.said.error, "");
  ASSERT_EQ(read.said.spans, 1u);
  EXPECT_EQ(read.span().start_time_unix_nano(), 1700000000000000001u);
  EXPECT_EQ(read.span().end_time_unix_nano(), 1700000000000000002u);
  EXPECT_EQ(read.span().kind(), otlp::v1::Span::SPAN_KIND_SERVER);
  EXPECT_EQ(read.span().status().code(), otlp::v1::Status::STATUS_CODE_ERROR);
  EXPECT_EQ(read.span().trace_id()[9], '\x0a');
}

TEST(OtlpJson, TakesSnakeCaseShortNamesAndIdsInBase64) {
  const auto read = translated(
      R"({"resource_spans":[{"resource":{"attributes":[{"key":"service.name",)"
      R"("value":{"string_value":"shop"}}],"dropped_attributes_count":2},"scope_spans":[{"spans":)"
      R"([{"trace_id":"AQIDBAUGBwgJCgsMDQ4PEA==","span_id":"AQIDBAUGBwg=",)"
      R"("parent_span_id":"CAcGBQQDAgE","start_time_unix_nano":"7","kind":"client","status":)"
      R"({"code":"Error"},"dropped_events_count":3,"attributes":[{"key":"list","value":)"
      R"({"array_value":{"values":[{"int_value":5}]}}}]}]}]}]})");
  ASSERT_EQ(read.said.error, "");
  ASSERT_EQ(read.said.spans, 1u);
  const auto& resource = read.traces.resource_spans(0).resource();
  EXPECT_EQ(resource.attributes(0).value().string_value(), "shop");
  EXPECT_EQ(resource.dropped_attributes_count(), 2u);
  EXPECT_EQ(read.span().trace_id(), "\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf\x10");
  EXPECT_EQ(read.span().span_id(), "\1\2\3\4\5\6\7\x8");
  EXPECT_EQ(read.span().parent_span_id(), "\x8\7\6\5\4\3\2\1");
  EXPECT_EQ(read.span().kind(), otlp::v1::Span::SPAN_KIND_CLIENT);
  EXPECT_EQ(read.span().status().code(), otlp::v1::Status::STATUS_CODE_ERROR);
  EXPECT_EQ(read.span().start_time_unix_nano(), 7u);
  EXPECT_EQ(read.span().dropped_events_count(), 3u);
  EXPECT_EQ(read.span().attributes(0).value().array_value().values(0).int_value(), 5);
}

TEST(OtlpJson, TakesWhatOtherWritersCallThePartsOfIt) {
  const std::string span =
      R"({"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708"}]})";
  for (const std::string& text :
       {R"({"batches":[{"scopeSpans":[)" + span + "]}]}",
        R"({"resourceSpans":[{"instrumentationLibrarySpans":[)" + span + "]}]}",
        R"({"result":{"resourceSpans":[{"scopeSpans":[)" + span + "]}]}}",
        R"({"trace":{"resourceSpans":[{"scopeSpans":[)" + span + "]}]},\"metrics\":{}}",
        R"([{"resourceSpans":[{"scopeSpans":[)" + span + "]}]}]"}) {
    const auto read = translated(text);
    EXPECT_EQ(read.said.error, "") << text;
    EXPECT_EQ(read.said.spans, 1u) << text;
  }
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
  const auto first = translated(line);
  ASSERT_EQ(first.said.error, "");
  const std::string again = traces_to_json(first.traces);
  const auto second = translated(again);
  ASSERT_EQ(second.said.error, "");
  EXPECT_EQ(first.traces.SerializeAsString(), second.traces.SerializeAsString());
  const auto& attributes = second.span().attributes();
  ASSERT_EQ(attributes.size(), 10);
  EXPECT_EQ(attributes[0].value().string_value(), "q\"\x01é");
  EXPECT_EQ(attributes[2].value().int_value(), INT64_MIN);
  EXPECT_EQ(attributes[3].value().double_value(), 0.1);
  EXPECT_TRUE(std::isnan(attributes[4].value().double_value()));
  EXPECT_EQ(attributes[5].value().bytes_value(), std::string("\x00\x01\x02\xff", 4));
  EXPECT_TRUE(attributes[6].has_value());
  EXPECT_FALSE(attributes[7].has_value());
  EXPECT_EQ(attributes[8].value().array_value().values_size(), 2);
  EXPECT_EQ(second.span().end_time_unix_nano(), UINT64_MAX);
  EXPECT_EQ(second.span().links(0).flags(), 256u);
  EXPECT_EQ(again.find('\n'), std::string::npos);
}

TEST(OtlpJson, RefusesWhatHoldsNoSpans) {
  for (const char* const line :
       {"{", "nonsense", "7", R"({"resourceSpans":{}})", R"({"hello":"world"})",
        "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":\"\xff\"}]}]}]}"}) {
    const auto read = translated(line);
    EXPECT_NE(read.said.error, "") << line;
    EXPECT_EQ(read.said.spans, 0u) << line;
  }
  for (const char* const line : {"", "[]", "{}", R"({"resourceSpans":[]})",
                                 R"({"resourceMetrics":[{}]})", R"({"resourceSpans":null})"}) {
    const auto read = translated(line);
    EXPECT_EQ(read.said.error, "") << line;
    EXPECT_EQ(read.said.spans, 0u) << line;
  }
}

TEST(OtlpJson, SkipsWhatWouldBeAWrongSpanAndSaysWhy) {
  for (const char* const member :
       {R"(,"name":7)", R"(,"startTimeUnixNano":"-1")", R"(,"startTimeUnixNano":-1)",
        R"(,"flags":4294967296)", R"(,"startTimeUnixNano":"1x")", R"(,"kind":"SPAN_KIND_KING")",
        R"(,"parentSpanId":"0102")", R"(,"attributes":[{"key":"i","value":{"intValue":1.5}}])",
        R"(,"attributes":[{"key":"i","value":{"intValue":9223372036854775808}}])",
        R"(,"attributes":[{"key":"y","value":{"bytesValue":"%%"}}])", R"(,"attributes":{"a":1})",
        R"(,"events":[7])", R"(,"links":[{"traceId":"01"}])", R"(,"traceId":"")",
        R"(,"spanId":"010203040506070g")", R"(,"endTimeUnixNano":1e300)"}) {
    const auto read = translated(with_span(member));
    EXPECT_EQ(read.said.error, "") << member;
    EXPECT_EQ(read.said.spans, 0u) << member;
    EXPECT_EQ(read.said.skipped, 1u) << member;
    ASSERT_EQ(read.said.reasons.size(), 1u) << member;
    EXPECT_EQ(read.said.reasons[0].find("a span was skipped: "), 0u) << read.said.reasons[0];
  }
}

TEST(OtlpJson, KeepsTheSpansBesideOneThatIsSkipped) {
  const auto read = translated(
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[)"
      R"({"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060701","name":"one"},)"
      R"({"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060702","name":{}},)"
      R"({"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060703","name":"three"})"
      R"(]}]},{"resource":{"attributes":7},"scopeSpans":[]},{"scopeSpans":[{"scope":{"name":"s"},)"
      R"("spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060704"}]})"
      "]}]}");
  EXPECT_EQ(read.said.error, "");
  EXPECT_EQ(read.said.spans, 3u);
  EXPECT_EQ(read.said.skipped, 2u);
  ASSERT_EQ(read.traces.resource_spans_size(), 2);
  ASSERT_EQ(read.traces.resource_spans(0).scope_spans(0).spans_size(), 2);
  EXPECT_EQ(read.traces.resource_spans(0).scope_spans(0).spans(1).name(), "three");
  EXPECT_EQ(read.traces.resource_spans(1).scope_spans(0).scope().name(), "s");
}

TEST(OtlpJson, TakesTheLastOfFieldsThatComeTwice) {
  const auto read = translated(with_span(R"(,"name":"first","kind":1,"name":"last","kind":2)"));
  ASSERT_EQ(read.said.spans, 1u);
  EXPECT_EQ(read.span().name(), "last");
  EXPECT_EQ(read.span().kind(), otlp::v1::Span::SPAN_KIND_SERVER);
}

TEST(OtlpJson, TakesTextsOfMegabytes) {
  const std::string name(3 << 20, 'x');
  const auto read = translated(with_span(R"(,"name":")" + name + '"'));
  ASSERT_EQ(read.said.spans, 1u);
  EXPECT_EQ(read.span().name(), name);
}

TEST(OtlpJson, RefusesValuesThatNestWithoutEnd) {
  for (const int levels : {31, 100, 400}) {
    std::string value = "{}";
    for (int i = 0; i < levels; ++i) value = R"({"arrayValue":{"values":[)" + value + "]}}";
    const auto read = translated(with_span(R"(,"attributes":[{"key":"k","value":)" + value + "}]"));
    EXPECT_EQ(read.said.spans, 0u);
    const std::string said = read.said.error + (read.said.skipped ? read.said.reasons[0] : "");
    EXPECT_NE(said.find("nested too deep"), std::string::npos) << said;
  }
}

TEST(OtlpJson, WhatNestsAsDeepAsItMayIsReadByProtobufToo) {
  std::string value = "{}";
  for (int i = 0; i < readers::kValueDepthMax; ++i)
    value = R"({"kvlistValue":{"values":[{"key":"k","value":)" + value + "}]}}";
  const auto read =
      translated(with_span(R"(,"events":[{"attributes":[{"key":"k","value":)" + value + "}]}]"));
  EXPECT_EQ(read.said.error, "");
  EXPECT_EQ(read.said.spans, 1u);
}

}  // namespace
}  // namespace nanospan::tools
