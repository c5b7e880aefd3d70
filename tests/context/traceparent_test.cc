// Cases of the W3C validation suite (test/test.py, TraceContextTest) and of the specification.
#include <gtest/gtest.h>

#include <string>

#include "nanospan/propagation.h"

namespace nanospan {
namespace {

constexpr std::string_view kBody = "12345678901234567890123456789012-1234567890123456";

struct Case {
  const char* name;
  std::string text;
  bool valid;
  std::uint8_t flags = 0;
};

std::string with(std::string_view before, std::string_view after) {
  return std::string(before) + std::string(kBody) + std::string(after);
}

const Case kCases[] = {
    {"sampled", with("00-", "-01"), true, 1},
    {"not_sampled", with("00-", "-00"), true, 0},
    {"random", with("00-", "-02"), true, 2},
    {"sampled_and_random", with("00-", "-03"), true, 3},
    {"unknown_flags_are_dropped", with("00-", "-ff"), true, 3},
    {"only_unknown_flags", with("00-", "-fc"), true, 0},
    {"version_cc", with("cc-", "-01"), true, 1},
    {"version_cc_with_suffix", with("cc-", "-01-what-the-future-will-be-like"), true, 1},
    {"version_cc_suffix_without_dash", with("cc-", "-01.what-the-future-will-not-be"), false},
    {"version_01_ends_with_dash", with("01-", "-01-"), true, 1},
    {"version_fe", with("fe-", "-01"), true, 1},
    {"version_ff", with("ff-", "-01"), false},
    {"version_ff_with_suffix", with("ff-", "-01-x"), false},
    {"version_00_with_suffix", with("00-", "-01-what"), false},
    {"version_00_ends_with_dash", with("00-", "-01-"), false},
    {"version_00_one_byte_more", with("00-", "-012"), false},
    {"version_upper_case", with("CC-", "-01"), false},
    {"version_no_hex", with(".0-", "-01"), false},
    {"version_too_long", with("000-", "-01"), false},
    {"version_too_short", with("0-", "-01"), false},
    {"version_0x", with("0x-", "-01"), false},
    {"space_around", with(" 00-", "-01 "), true, 1},
    {"tab_around", with("\t00-", "-01\t"), true, 1},
    {"space_and_tab_around", with(" \t00-", "-01\t "), true, 1},
    {"newline_after", with("00-", "-01\n"), false},
    {"space_inside", with("00 -", "-0"), false},
    {"zero_trace_id", "00-00000000000000000000000000000000-1234567890123456-01", false},
    {"zero_span_id", "00-12345678901234567890123456789012-0000000000000000-01", false},
    {"half_zero_trace_id", "00-00000000000000001234567890123456-1234567890123456-01", true, 1},
    {"upper_case_trace_id", "00-1234567890123456789012345678901A-1234567890123456-01", false},
    {"upper_case_span_id", "00-12345678901234567890123456789012-123456789012345A-01", false},
    {"upper_case_flags", with("00-", "-0A"), false},
    {"trace_id_no_hex", "00-.2345678901234567890123456789012-1234567890123456-01", false},
    {"trace_id_too_long", "00-123456789012345678901234567890123-1234567890123456-01", false},
    {"trace_id_too_short", "00-1234567890123456789012345678901-1234567890123456-01", false},
    {"span_id_no_hex", "00-12345678901234567890123456789012-.234567890123456-01", false},
    {"span_id_too_long", "00-12345678901234567890123456789012-12345678901234567-01", false},
    {"span_id_too_short", "00-12345678901234567890123456789012-123456789012345-01", false},
    {"flags_no_hex", with("00-", "-.0"), false},
    {"flags_too_short", with("00-", "-1"), false},
    {"flags_missing", with("00-", ""), false},
    {"flags_signed", with("00-", "-+1"), false},
    {"underscores", "00_12345678901234567890123456789012_1234567890123456_01", false},
    {"nul_inside", std::string("00-1234567890123456789012345678901\0-1234567890123456-01", 55),
     false},
    {"two_headers_joined", with("00-", "-01") + "," + with("00-", "-01"), false},
    {"two_later_headers_joined", with("cc-", "-01-x") + "," + with("cc-", "-01"), false},
    {"empty", "", false},
    {"blank", "   ", false},
};

class Traceparent : public testing::TestWithParam<Case> {};

TEST_P(Traceparent, IsReadByTheRules) {
  const auto context = parse_traceparent(GetParam().text);
  ASSERT_EQ(context.has_value(), GetParam().valid) << GetParam().text;
  if (!context) return;
  EXPECT_TRUE(context->is_valid());
  EXPECT_TRUE(context->is_remote);
  EXPECT_EQ(context->flags.bits, GetParam().flags);
  EXPECT_EQ(context->span_id.value, 0x1234567890123456u);
}

INSTANTIATE_TEST_SUITE_P(W3c, Traceparent, testing::ValuesIn(kCases),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(TraceparentText, IsWrittenAsVersion00) {
  SpanContext context;
  context.trace_id = {0x0af7651916cd43dd, 0x8448eb211c80319c};
  context.span_id = {0x00f067aa0ba902b7};
  context.flags.bits = TraceFlags::kSampled;
  EXPECT_EQ(format_traceparent(context).view(),
            "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01");
}

TEST(TraceparentText, CarriesTheRandomFlagAndNoUnknownOnes) {
  SpanContext context{{1, 2}, {3}, {0xfe}, false};
  EXPECT_TRUE(format_traceparent(context).view().ends_with("-02"));
  context.flags.bits = 0xff;
  EXPECT_TRUE(format_traceparent(context).view().ends_with("-03"));
}

TEST(TraceparentText, IsReadBackAsItWasWritten) {
  const SpanContext context{{0xffffffffffffffff, 1}, {0xa}, {3}, true};
  EXPECT_EQ(parse_traceparent(format_traceparent(context).view()), context);
}

TEST(TraceparentText, OfNoContextIsRefusedByReaders) {
  EXPECT_EQ(parse_traceparent(format_traceparent(SpanContext{}).view()), std::nullopt);
}

}  // namespace
}  // namespace nanospan
