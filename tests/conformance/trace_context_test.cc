// The cases that the W3C validation suite checks, without HTTP: headers come in, a request of ours
// goes out. Names are the suite's, so that a finding of either can be looked up in the other.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "header_list.h"
#include "nanospan/nanospan.h"
#include "nanospan/propagator.h"

namespace nanospan {
namespace {

using conformance::HeaderList;
using Strings = std::vector<std::string>;

constexpr std::string_view kBody = "12345678901234567890123456789012-1234567890123456";
constexpr TraceId kTraceId{0x1234567890123456, 0x7890123456789012};
constexpr SpanId kParentId{0x1234567890123456};

class NoExporter : public Exporter {
 public:
  ExportResult export_batch(const SpanBatch&, Deadline) override { return ExportResult::kSuccess; }
  [[nodiscard]] std::string describe() const override { return "nowhere"; }
};

// A service that continues what comes in and makes `calls` requests.
std::vector<Context> requests_after(const HeaderList& incoming, int calls = 1) {
  const PropagatorPtr propagator = trace_context_propagator();
  const auto recorder = Recorder::start({.exporters = {std::make_shared<NoExporter>()}});
  EXPECT_TRUE(recorder) << recorder.error();
  const ContextScope caller(propagator->extract(incoming, Context::root()));
  NANOSPAN_SCOPE(server, "POST /test", {.kind = SpanKind::kServer});
  std::vector<Context> outgoing;
  for (int i = 0; i < calls; ++i) {
    NANOSPAN_SCOPE(client, "POST", {.kind = SpanKind::kClient});
    HeaderList headers;
    propagator->inject(current_context(), headers);
    EXPECT_EQ(headers.count("traceparent"), 1u);
    outgoing.push_back(extract(headers));
    EXPECT_TRUE(outgoing.back().has_span());
  }
  return outgoing;
}

struct TraceparentCase {
  const char* name;
  HeaderList headers;
  bool continues;
};

HeaderList traceparent(std::string_view before, std::string_view after) {
  return HeaderList{{"traceparent", std::string(before) + std::string(kBody) + std::string(after)}};
}

const TraceparentCase kTraceparents[] = {
    {"both_traceparent_and_tracestate_missing", {}, false},
    {"traceparent_included_tracestate_missing", traceparent("00-", "-01"), true},
    {"traceparent_duplicated",
     {{"traceparent", "00-12345678901234567890123456789011-1234567890123456-01"},
      {"traceparent", "00-12345678901234567890123456789012-1234567890123456-01"}},
     false},
    {"traceparent_header_name_with_dash",
     {{"trace-parent", "00-12345678901234567890123456789012-1234567890123456-01"}},
     false},
    {"traceparent_header_name_with_dot",
     {{"trace.parent", "00-12345678901234567890123456789012-1234567890123456-01"}},
     false},
    {"traceparent_header_name_valid_casing_camel",
     {{"TraceParent", "00-12345678901234567890123456789012-1234567890123456-01"}},
     true},
    {"traceparent_header_name_valid_casing_mixed",
     {{"TrAcEpArEnT", "00-12345678901234567890123456789012-1234567890123456-01"}},
     true},
    {"traceparent_header_name_valid_casing_upper",
     {{"TRACEPARENT", "00-12345678901234567890123456789012-1234567890123456-01"}},
     true},
    {"traceparent_version_0x00_dot", traceparent("00-", "-01."), false},
    {"traceparent_version_0x00_suffix", traceparent("00-", "-01-what-the-future-brings"), false},
    {"traceparent_version_0xcc", traceparent("cc-", "-01"), true},
    {"traceparent_version_0xcc_suffix", traceparent("cc-", "-01-what-the-future-brings"), true},
    {"traceparent_version_0xcc_dot", traceparent("cc-", "-01.what-the-future-brings"), false},
    {"traceparent_version_0xff", traceparent("ff-", "-01"), false},
    {"traceparent_version_illegal_first", traceparent(".0-", "-01"), false},
    {"traceparent_version_illegal_second", traceparent("0.-", "-01"), false},
    {"traceparent_version_too_long", traceparent("000-", "-01"), false},
    {"traceparent_version_much_too_long", traceparent("0000-", "-01"), false},
    {"traceparent_version_too_short", traceparent("0-", "-01"), false},
    {"traceparent_trace_id_all_zero",
     {{"traceparent", "00-00000000000000000000000000000000-1234567890123456-01"}},
     false},
    {"traceparent_trace_id_illegal_first",
     {{"traceparent", "00-.2345678901234567890123456789012-1234567890123456-01"}},
     false},
    {"traceparent_trace_id_illegal_last",
     {{"traceparent", "00-1234567890123456789012345678901.-1234567890123456-01"}},
     false},
    {"traceparent_trace_id_too_long",
     {{"traceparent", "00-123456789012345678901234567890123-1234567890123456-01"}},
     false},
    {"traceparent_trace_id_too_short",
     {{"traceparent", "00-1234567890123456789012345678901-1234567890123456-01"}},
     false},
    {"traceparent_parent_id_all_zero",
     {{"traceparent", "00-12345678901234567890123456789012-0000000000000000-01"}},
     false},
    {"traceparent_parent_id_illegal_first",
     {{"traceparent", "00-12345678901234567890123456789012-.234567890123456-01"}},
     false},
    {"traceparent_parent_id_illegal_last",
     {{"traceparent", "00-12345678901234567890123456789012-123456789012345.-01"}},
     false},
    {"traceparent_parent_id_too_long",
     {{"traceparent", "00-12345678901234567890123456789012-12345678901234567-01"}},
     false},
    {"traceparent_parent_id_too_short",
     {{"traceparent", "00-12345678901234567890123456789012-123456789012345-01"}},
     false},
    {"traceparent_trace_flags_illegal_first", traceparent("00-", "-.0"), false},
    {"traceparent_trace_flags_illegal_last", traceparent("00-", "-0."), false},
    {"traceparent_trace_flags_too_long", traceparent("00-", "-001"), false},
    {"traceparent_trace_flags_too_short", traceparent("00-", "-1"), false},
    {"traceparent_ows_space_before", traceparent(" 00-", "-01"), true},
    {"traceparent_ows_tab_before", traceparent("\t00-", "-01"), true},
    {"traceparent_ows_space_after", traceparent("00-", "-01 "), true},
    {"traceparent_ows_tab_after", traceparent("00-", "-01\t"), true},
    {"traceparent_ows_both", traceparent("\t 00-", "-01 \t"), true},
};

class TraceparentSuite : public testing::TestWithParam<TraceparentCase> {};

TEST_P(TraceparentSuite, ContinuesOrRestarts) {
  const Context sent = requests_after(GetParam().headers).front();
  EXPECT_EQ(sent.span_context().trace_id == kTraceId, GetParam().continues);
  EXPECT_NE(sent.span_context().trace_id, (TraceId{kTraceId.high, 0x7890123456789011}));
  EXPECT_NE(sent.span_context().span_id, kParentId);
}

INSTANTIATE_TEST_SUITE_P(W3c, TraceparentSuite, testing::ValuesIn(kTraceparents),
                         [](const auto& each) { return std::string(each.param.name); });

struct TracestateCase {
  const char* name;
  Strings values;    // a header each
  std::string sent;  // "": none is sent on
};

const std::string kMarks = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
// Every printable character but ',' and '='.
const std::string kValue =
    " !\"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}"
    "~";

std::string members(int first, int last) {
  std::string text;
  for (int i = first; i <= last; ++i) {
    const std::string number = std::to_string(100 + i).substr(1);
    text.append(text.empty() ? "" : ",").append("bar" + number + "=" + number);
  }
  return text;
}
std::string of(char letter, std::size_t times) {
  return std::string(times, letter);
}

const TracestateCase kTracestates[] = {
    {"tracestate_included_traceparent_included", {"foo=1,bar=2"}, "foo=1,bar=2"},
    {"tracestate_empty_header", {""}, ""},
    {"tracestate_empty_header_after", {"foo=1", ""}, "foo=1"},
    {"tracestate_empty_header_before", {"", "foo=1"}, "foo=1"},
    {"tracestate_multiple_headers_different_keys",
     {"foo=1,bar=2", "rojo=1,congo=2", "baz=3"},
     "foo=1,bar=2,rojo=1,congo=2,baz=3"},
    {"tracestate_duplicated_keys", {"foo=1,foo=1"}, "foo=1"},
    {"tracestate_duplicated_keys_of_two_values", {"foo=1,foo=2"}, "foo=1"},
    {"tracestate_duplicated_keys_in_two_headers", {"foo=1", "foo=2"}, "foo=1"},
    {"tracestate_all_allowed_characters", {kMarks + "=" + kValue}, kMarks + "=" + kValue},
    {"tracestate_all_allowed_characters_at",
     {kMarks + "@a-z0-9_-*/=" + kValue},
     kMarks + "@a-z0-9_-*/=" + kValue},
    {"tracestate_ows_handling", {"foo=1 \t , \t bar=2, \t baz=3"}, "foo=1,bar=2,baz=3"},
    {"tracestate_ows_handling_tabs", {"foo=1\t \t,\t \tbar=2,\t \tbaz=3"}, "foo=1,bar=2,baz=3"},
    {"tracestate_ows_space_before", {" foo=1"}, "foo=1"},
    {"tracestate_ows_tab_before", {"\tfoo=1"}, "foo=1"},
    {"tracestate_ows_space_after", {"foo=1 "}, "foo=1"},
    {"tracestate_ows_tab_after", {"foo=1\t"}, "foo=1"},
    {"tracestate_ows_both", {"\t foo=1 \t"}, "foo=1"},
    {"tracestate_key_illegal_space", {"foo =1"}, ""},
    {"tracestate_key_illegal_upper_case", {"FOO=1"}, ""},
    {"tracestate_key_illegal_dot", {"foo.bar=1"}, ""},
    {"tracestate_key_at_last", {"foo@=1,bar=2"}, "foo@=1,bar=2"},
    {"tracestate_key_at_first", {"@foo=1,bar=2"}, ""},
    {"tracestate_key_two_ats", {"foo@@bar=1,bar=2"}, "foo@@bar=1,bar=2"},
    {"tracestate_key_ats_apart", {"foo@bar@baz=1,bar=2"}, "foo@bar@baz=1,bar=2"},
    {"tracestate_member_count_limit",
     {members(1, 10), members(11, 20), members(21, 30), members(31, 32)},
     members(1, 32)},
    {"tracestate_member_count_limit_exceeded",
     {members(1, 10), members(11, 20), members(21, 30), members(31, 33)},
     ""},
    {"tracestate_key_length_limit", {"foo=1", of('z', 256) + "=1"}, "foo=1," + of('z', 256) + "=1"},
    {"tracestate_key_length_limit_exceeded", {"foo=1", of('z', 257) + "=1"}, ""},
    {"tracestate_key_length_limit_at",
     {"foo=1", of('t', 242) + "@v=1"},
     "foo=1," + of('t', 242) + "@v=1"},
    {"tracestate_value_illegal_equal_sign", {"foo=bar=baz"}, ""},
    {"tracestate_value_illegal_empty", {"foo=,bar=3"}, ""},
};

class TracestateSuite : public testing::TestWithParam<TracestateCase> {};

TEST_P(TracestateSuite, IsSentOn) {
  HeaderList headers = traceparent("00-", "-00");
  for (const std::string& value : GetParam().values) headers.add("TraceState", value);
  const Context sent = requests_after(headers).front();
  EXPECT_EQ(sent.span_context().trace_id, kTraceId);
  EXPECT_EQ(sent.tracestate(), GetParam().sent);
}

INSTANTIATE_TEST_SUITE_P(W3c, TracestateSuite, testing::ValuesIn(kTracestates),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(TracestateSuite, IsDiscardedWithoutATraceparent) {
  EXPECT_EQ(requests_after(HeaderList{{"tracestate", "foo=1"}}).front().tracestate(), "");
}

TEST(TracestateSuite, IsNotTakenFromOtherNames) {
  for (const char* const name : {"trace-state", "trace.state"}) {
    HeaderList headers = traceparent("00-", "-00");
    headers.add(name, "foo=1");
    EXPECT_EQ(requests_after(headers).front().tracestate(), "") << name;
  }
}

void expect_three_parents(const HeaderList& headers, std::optional<TraceId> trace_id) {
  std::set<SpanId> parents;
  for (const Context& sent : requests_after(headers, 3)) {
    parents.insert(sent.span_context().span_id);
    if (trace_id) {
      EXPECT_EQ(sent.span_context().trace_id, *trace_id);
    }
  }
  EXPECT_EQ(parents.size(), 3u);
}

TEST(AdvancedSuite, EachRequestHasAParentOfItsOwn) {
  expect_three_parents(traceparent("00-", "-01"), kTraceId);
  expect_three_parents({}, std::nullopt);
  expect_three_parents({{"traceparent", "00-00000000000000000000000000000000-1234567890123456-01"}},
                       std::nullopt);
}

TEST(Level2Suite, TheRandomFlagIsPassedOnAsItCame) {
  EXPECT_TRUE(requests_after(traceparent("00-", "-02")).front().span_context().flags.random());
  EXPECT_FALSE(requests_after(traceparent("00-", "-01")).front().span_context().flags.random());
  EXPECT_TRUE(requests_after({}).front().span_context().flags.random());
}

}  // namespace
}  // namespace nanospan
