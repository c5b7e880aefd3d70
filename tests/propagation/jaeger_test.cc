#include <gtest/gtest.h>

#include <string>

#include "propagation/header_case.h"

namespace nanospan {
namespace {

constexpr TraceId kTraceId{0xab25b8fe, 0x1234567890abcdef};
constexpr SpanId kSpanId{0x5cd7e87a};

const HeaderCase kCases[] = {
    {"sampled", "00000000ab25b8fe1234567890abcdef:000000005cd7e87a:0:1", true, true},
    {"not_sampled", "00000000ab25b8fe1234567890abcdef:000000005cd7e87a:0:0", true, false},
    {"debug", "00000000ab25b8fe1234567890abcdef:000000005cd7e87a:0:3", true, true},
    {"firehose", "00000000ab25b8fe1234567890abcdef:000000005cd7e87a:0:8", true, false},
    {"flags_of_two_digits", "ab25b8fe1234567890abcdef:5cd7e87a:0:01", true, true},
    {"without_leading_zeros", "ab25b8fe1234567890abcdef:5cd7e87a:1f:1", true, true},
    {"upper_case", "AB25B8FE1234567890ABCDEF:5CD7E87A:0:1", true, true},
    {"encoded_colons", "ab25b8fe1234567890abcdef%3A5cd7e87a%3a0%3A1", true, true},
    {"empty_parent", "ab25b8fe1234567890abcdef:5cd7e87a::1", true, true},
    {"too_few_parts", "ab25b8fe1234567890abcdef:5cd7e87a:1", false},
    {"too_many_parts", "ab25b8fe1234567890abcdef:5cd7e87a:0:1:1", false},
    {"zero_trace_id", "0:5cd7e87a:0:1", false},
    {"zero_span_id", "ab25b8fe1234567890abcdef:0:0:1", false},
    {"trace_id_too_long", "000000000ab25b8fe1234567890abcdef:5cd7e87a:0:1", false},
    {"span_id_too_long", "ab25b8fe1234567890abcdef:0000000005cd7e87a:0:1", false},
    {"flags_too_long", "ab25b8fe1234567890abcdef:5cd7e87a:0:001", false},
    {"flags_missing", "ab25b8fe1234567890abcdef:5cd7e87a:0:", false},
    {"no_hex", "ab25b8fe1234567890abcdeg:5cd7e87a:0:1", false},
    {"bad_encoding", "ab25b8fe1234567890abcdef%3:5cd7e87a:0:1", false},
    {"empty", "", false},
};

class JaegerHeader : public testing::TestWithParam<HeaderCase> {};

TEST_P(JaegerHeader, IsReadByTheRules) {
  expect_by_the_rules(*jaeger_propagator(), "uber-trace-id", GetParam(),
                      {kTraceId, kSpanId, {}, true});
}

INSTANTIATE_TEST_SUITE_P(Jaeger, JaegerHeader, testing::ValuesIn(kCases), name_of_case);

TEST(Jaeger, WritesNothing) {
  Headers headers;
  jaeger_propagator()->inject(Context(SpanContext{kTraceId, kSpanId, {1}, false}), headers);
  EXPECT_TRUE(headers.empty());
  EXPECT_TRUE(jaeger_propagator()->fields().empty());
}

}  // namespace
}  // namespace nanospan
