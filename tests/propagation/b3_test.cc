#include <gtest/gtest.h>

#include <string>

#include "propagation/header_case.h"

namespace nanospan {
namespace {

constexpr TraceId kTraceId{0x80f198ee56343ba8, 0x64fe8b2a57d3eff7};
constexpr SpanId kSpanId{0xe457b5a2e4d86bd1};
const std::string kIds = "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1";

Context extracted(const Headers& headers) {
  return b3_propagator()->extract(headers, Context::root());
}
Headers injected(const Context& context, B3Format format) {
  Headers headers;
  b3_propagator(format)->inject(context, headers);
  return headers;
}

const HeaderCase kSingles[] = {
    {"sampled", kIds + "-1", true, true},
    {"not_sampled", kIds + "-0", true, false},
    {"debug", kIds + "-d", true, true},
    {"deferred", kIds, true, false},
    {"with_parent", kIds + "-1-05e3ac9a4f6e3b90", true, true},
    {"short_trace_id", "64fe8b2a57d3eff7-e457b5a2e4d86bd1-1", true, true},
    {"blanks_around", " " + kIds + "-1\t", true, true},
    {"decision_alone", "0", false},
    {"debug_alone", "d", false},
    {"empty", "", false},
    {"unknown_state", kIds + "-2", false},
    {"empty_state", kIds + "-", false},
    {"word_for_state", kIds + "-true", false},
    {"parent_too_short", kIds + "-1-05e3ac9a4f6e3b9", false},
    {"parent_no_hex", kIds + "-1-05e3ac9a4f6e3b9g", false},
    {"too_many_parts", kIds + "-1-05e3ac9a4f6e3b90-1", false},
    {"trace_id_of_31", "0f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1", false},
    {"trace_id_of_33", "080f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1", false},
    {"zero_trace_id", "00000000000000000000000000000000-e457b5a2e4d86bd1-1", false},
    {"zero_span_id", "80f198ee56343ba864fe8b2a57d3eff7-0000000000000000-1", false},
    {"upper_case", "80F198EE56343BA864FE8B2A57D3EFF7-E457B5A2E4D86BD1-1", false},
    {"no_hex", "80f198ee56343ba864fe8b2a57d3effg-e457b5a2e4d86bd1-1", false},
};

class B3Single : public testing::TestWithParam<HeaderCase> {};

TEST_P(B3Single, IsReadByTheRules) {
  const Context context = extracted({{"b3", GetParam().text}});
  ASSERT_EQ(context.has_span(), GetParam().is_valid) << GetParam().text;
  if (!GetParam().is_valid) return;
  EXPECT_EQ(context.span_context().trace_id.low, kTraceId.low);
  EXPECT_EQ(context.span_context().span_id, kSpanId);
  EXPECT_EQ(context.span_context().flags.sampled(), GetParam().is_sampled);
  EXPECT_TRUE(context.span_context().is_remote);
}

INSTANTIATE_TEST_SUITE_P(B3, B3Single, testing::ValuesIn(kSingles), name_of_case);

TEST(B3, AShortTraceIdIsTheLowerHalf) {
  EXPECT_EQ(extracted({{"b3", "64fe8b2a57d3eff7-e457b5a2e4d86bd1"}}).span_context().trace_id,
            (TraceId{0, kTraceId.low}));
}

Headers multi(const Headers& more) {
  Headers headers{{"x-b3-traceid", "80f198ee56343ba864fe8b2a57d3eff7"},
                  {"x-b3-spanid", "e457b5a2e4d86bd1"}};
  headers.insert(more.begin(), more.end());
  return headers;
}

TEST(B3, ReadsSeveralHeaders) {
  EXPECT_EQ(extracted(multi({})).span_context(), (SpanContext{kTraceId, kSpanId, {0}, true}));
  for (const char* const word : {"1", "true", "True", " 1 "})
    EXPECT_TRUE(extracted(multi({{"x-b3-sampled", word}})).span_context().flags.sampled()) << word;
  for (const char* const word : {"0", "false", "", "yes", "d"})
    EXPECT_FALSE(extracted(multi({{"x-b3-sampled", word}})).span_context().flags.sampled()) << word;
  EXPECT_TRUE(extracted(multi({{"x-b3-flags", "1"}})).span_context().flags.sampled());
  EXPECT_TRUE(extracted(multi({{"x-b3-parentspanid", "nonsense"}})).has_span());
  EXPECT_FALSE(extracted({{"x-b3-traceid", "80f198ee56343ba864fe8b2a57d3eff7"}}).has_span());
  EXPECT_FALSE(extracted({{"x-b3-spanid", "e457b5a2e4d86bd1"}}).has_span());
  EXPECT_FALSE(extracted({{"x-b3-sampled", "0"}}).has_span());
}

TEST(B3, PrefersTheSingleHeaderAndFallsBackToTheOthers) {
  EXPECT_EQ(extracted(multi({{"b3", "1-0000000000000002-1"}})).span_context().trace_id, kTraceId);
  EXPECT_EQ(
      extracted(multi({{"b3", "0000000000000001-0000000000000002-1"}})).span_context().trace_id,
      (TraceId{0, 1}));
}

TEST(B3, WritesTheFormatThatItWasMadeFor) {
  const Context sampled(SpanContext{kTraceId, kSpanId, {TraceFlags::kSampled}, false});
  EXPECT_EQ(injected(sampled, B3Format::kSingle), (Headers{{"b3", kIds + "-1"}}));
  EXPECT_EQ(injected(sampled, B3Format::kMulti), multi({{"x-b3-sampled", "1"}}));
  const Context not_sampled(SpanContext{kTraceId, kSpanId, {0}, false});
  EXPECT_EQ(injected(not_sampled, B3Format::kSingle), (Headers{{"b3", kIds + "-0"}}));
  EXPECT_EQ(injected(not_sampled, B3Format::kMulti), multi({{"x-b3-sampled", "0"}}));
  EXPECT_EQ(injected(Context::root(), B3Format::kSingle), Headers{});
  EXPECT_EQ(b3_propagator()->fields().size(), 1u);
  EXPECT_EQ(b3_propagator(B3Format::kMulti)->fields().size(), 4u);
}

TEST(B3, CarriesADebugFlagOn) {
  for (const Headers& headers : {Headers{{"b3", kIds + "-d"}}, multi({{"x-b3-flags", "1"}})}) {
    const Context context = extracted(headers);
    // A span of ours under it: other ids, the same values.
    const Context child = context.with_span({kTraceId, {7}, {TraceFlags::kSampled}, false});
    EXPECT_EQ(injected(child, B3Format::kSingle),
              (Headers{{"b3", "80f198ee56343ba864fe8b2a57d3eff7-0000000000000007-d"}}));
    EXPECT_EQ(injected(child, B3Format::kMulti).count("x-b3-sampled"), 0u);
    EXPECT_EQ(injected(child, B3Format::kMulti).at("x-b3-flags"), "1");
    // The next request is debugged only if it says so itself.
    const Context next = b3_propagator()->extract(Headers{{"b3", kIds + "-1"}}, context);
    EXPECT_EQ(injected(next, B3Format::kSingle), (Headers{{"b3", kIds + "-1"}}));
  }
}

TEST(B3, LeavesNothingOfARequestBefore) {
  Headers headers;
  b3_propagator(B3Format::kMulti)->inject(extracted({{"b3", kIds + "-d"}}), headers);
  b3_propagator(B3Format::kMulti)->inject(extracted({{"b3", kIds + "-0"}}), headers);
  EXPECT_EQ(headers, multi({{"x-b3-sampled", "0"}}));
}

}  // namespace
}  // namespace nanospan
