// Jaeger's JSON in the shapes that its API answers with and its UI saves.
#include <gtest/gtest.h>

#include "tools/readers/translated.h"

namespace nanospan::tools {
namespace {

using testing::translated;

// As `GET /api/traces/{id}`: two services, a log, a kind, an error, numbers as the API types them.
constexpr std::string_view kAnswer = R"({
  "data": [{
    "traceID": "2992f2a5b5d037a8aabffd08ef384237",
    "spans": [{
      "traceID": "2992f2a5b5d037a8aabffd08ef384237",
      "spanID": "1bdf4201221bb2ac",
      "operationName": "GET /tasks",
      "references": [],
      "startTime": 1700000000000001,
      "duration": 500000,
      "tags": [
        {"key": "span.kind", "type": "string", "value": "server"},
        {"key": "http.status_code", "type": "int64", "value": 503},
        {"key": "error", "type": "bool", "value": true},
        {"key": "load", "type": "float64", "value": 0.5},
        {"key": "otel.scope.name", "type": "string", "value": "http"},
        {"key": "otel.scope.version", "type": "string", "value": "1.2"},
        {"key": "otel.status_description", "type": "string", "value": "no upstream"},
        {"key": "w3c.tracestate", "type": "string", "value": "a=b"}
      ],
      "logs": [{"timestamp": 1700000000000100, "fields": [
        {"key": "event", "type": "string", "value": "retry"},
        {"key": "attempt", "type": "int64", "value": 2}]}],
      "processID": "p1",
      "warnings": null
    }, {
      "traceID": "2992f2a5b5d037a8aabffd08ef384237",
      "spanID": "bdf42",
      "flags": 1,
      "operationName": "query",
      "references": [
        {"refType": "FOLLOWS_FROM", "traceID": "2992f2a5b5d037a8aabffd08ef384237", "spanID": "77"},
        {"refType": "CHILD_OF", "traceID": "2992f2a5b5d037a8aabffd08ef384237",
         "spanID": "1bdf4201221bb2ac"}],
      "startTime": 1700000000100000,
      "duration": 0,
      "tags": [{"key": "raw", "type": "binary", "value": "AAE="},
               {"key": "error", "type": "bool", "value": false}],
      "logs": [],
      "processID": "p2"
    }],
    "processes": {
      "p1": {"serviceName": "gateway", "tags": [
        {"key": "hostname", "type": "string", "value": "h"}]},
      "p2": {"serviceName": "tasks", "tags": []}
    },
    "warnings": null
  }],
  "total": 0, "limit": 0, "offset": 0, "errors": null
})";

TEST(JaegerJson, ReadsAnAnswerOfTheApi) {
  const auto read = translated(kAnswer);
  ASSERT_EQ(read.said.error, "");
  EXPECT_EQ(read.said.spans, 2u);
  EXPECT_EQ(read.said.skipped, 0u);
  ASSERT_EQ(read.traces.resource_spans_size(), 2);
  const auto& gateway = read.traces.resource_spans(0);
  EXPECT_EQ(gateway.resource().attributes(0).key(), "service.name");
  EXPECT_EQ(gateway.resource().attributes(0).value().string_value(), "gateway");
  EXPECT_EQ(gateway.resource().attributes(1).key(), "hostname");
  EXPECT_EQ(gateway.scope_spans(0).scope().name(), "http");
  EXPECT_EQ(gateway.scope_spans(0).scope().version(), "1.2");
  const auto& server = gateway.scope_spans(0).spans(0);
  EXPECT_EQ(server.name(), "GET /tasks");
  EXPECT_EQ(server.kind(), otlp::v1::Span::SPAN_KIND_SERVER);
  EXPECT_EQ(server.status().code(), otlp::v1::Status::STATUS_CODE_ERROR);
  EXPECT_EQ(server.status().message(), "no upstream");
  EXPECT_EQ(server.trace_state(), "a=b");
  EXPECT_EQ(server.parent_span_id(), "");
  EXPECT_EQ(server.start_time_unix_nano(), 1'700'000'000'000'001'000u);
  EXPECT_EQ(server.end_time_unix_nano(), 1'700'000'000'500'001'000u);
  ASSERT_EQ(server.attributes_size(), 2);
  EXPECT_EQ(server.attributes(0).value().int_value(), 503);
  EXPECT_EQ(server.attributes(1).value().double_value(), 0.5);
  ASSERT_EQ(server.events_size(), 1);
  EXPECT_EQ(server.events(0).name(), "retry");
  EXPECT_EQ(server.events(0).attributes(0).value().int_value(), 2);
  const auto& query = read.traces.resource_spans(1).scope_spans(0).spans(0);
  EXPECT_EQ(query.span_id(), std::string("\0\0\0\0\0\x0b\xdf\x42", 8));
  EXPECT_EQ(query.parent_span_id(), "\x1b\xdf\x42\x01\x22\x1b\xb2\xac");
  ASSERT_EQ(query.links_size(), 1);
  EXPECT_EQ(query.links(0).span_id(), std::string("\0\0\0\0\0\0\0\x77", 8));
  EXPECT_EQ(query.flags(), 1u);
  EXPECT_EQ(query.attributes(0).value().bytes_value(), std::string("\0\1", 2));
  EXPECT_EQ(query.attributes(1).key(), "error");
  EXPECT_EQ(query.status().code(), otlp::v1::Status::STATUS_CODE_UNSET);
}

TEST(JaegerJson, ReadsATraceByItselfAndListsOfThem) {
  const std::string trace =
      R"({"spans":[{"traceID":"1","spanID":"2","parentSpanID":"3","operationName":"o",)"
      R"("startTime":5,"duration":"7","process":{"serviceName":"inline"}}]})";
  for (const std::string& text : {trace, "[" + trace + "]", R"({"data":[)" + trace + "]}"}) {
    const auto read = translated(text);
    ASSERT_EQ(read.said.spans, 1u) << text << read.said.error;
    EXPECT_EQ(read.span().parent_span_id().back(), '\3');
    EXPECT_EQ(read.span().end_time_unix_nano(), 12'000u);
    EXPECT_EQ(read.traces.resource_spans(0).resource().attributes(0).value().string_value(),
              "inline");
  }
}

TEST(JaegerJson, TakesAnOlderFollowsFromForTheParent) {
  const auto read =
      translated(R"({"data":[{"spans":[{"traceID":"1","spanID":"2","references":[)"
                 R"({"refType":"FOLLOWS_FROM","traceID":"9","spanID":"8"},)"
                 R"({"refType":"FOLLOWS_FROM","traceID":"1","spanID":"7"}]}],"processes":{}}]})");
  ASSERT_EQ(read.said.spans, 1u);
  EXPECT_EQ(read.span().parent_span_id().back(), '\7');
  ASSERT_EQ(read.span().links_size(), 1);
  EXPECT_EQ(read.span().links(0).trace_id().back(), '\x9');
}

TEST(JaegerJson, PutsSpansOfOneProcessTogether) {
  std::string spans;
  for (int i = 1; i <= 40; ++i)
    spans += (i > 1 ? "," : "") + (R"({"traceID":"1","spanID":")" + std::to_string(i) +
                                   R"(","processID":"p)" + std::to_string(i % 2) + R"("})");
  const auto read = translated(R"({"data":[{"spans":[)" + spans +
                               R"(],"processes":{"p0":{"serviceName":"even"}}}]})");
  EXPECT_EQ(read.said.spans, 40u);
  ASSERT_EQ(read.traces.resource_spans_size(), 2);
  EXPECT_EQ(read.traces.resource_spans(0).scope_spans(0).spans_size(), 20);
  EXPECT_FALSE(read.traces.resource_spans(0).has_resource());
}

TEST(JaegerJson, SkipsSpansThatItCannotRead) {
  for (
      const char* const span :
      {"7", "{}", R"({"traceID":"x","spanID":"1"})", R"({"traceID":"1","spanID":"1","tags":7})",
       R"({"traceID":"1","spanID":"11223344556677889"})",
       R"({"traceID":"1","spanID":"1","startTime":18446744073709551615})",
       R"({"traceID":"1","spanID":"1","startTime":-1})",
       R"({"traceID":"1","spanID":"1","startTime":18446744073709551,"duration":18446744073709551})",
       R"({"traceID":"1","spanID":"1","tags":[{"key":"k","type":"int64","value":"x"}]})"}) {
    const auto read = translated(R"({"data":[{"spans":[)" + std::string(span) +
                                 R"(,{"traceID":"1","spanID":"5","operationName":"kept"}]}]})");
    EXPECT_EQ(read.said.error, "") << span;
    EXPECT_EQ(read.said.skipped, 1u) << span;
    ASSERT_EQ(read.said.spans, 1u) << span;
    const auto& last = read.traces.resource_spans(read.traces.resource_spans_size() - 1);
    EXPECT_EQ(last.scope_spans(0).spans(0).name(), "kept") << span;
  }
  for (const char* const text :
       {R"({"data":["services","of","an","api"]})", R"({"data":7})", R"({"spans":{}})"})
    EXPECT_NE(translated(text).said.error, "") << text;
}

}  // namespace
}  // namespace nanospan::tools
