#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "nanospan/nanospan.h"
#include "propagation/header_case.h"

namespace nanospan {
namespace {

constexpr TraceId kTraceId{0x5759e988bd862e3f, 0xe1be46a994272793};
constexpr SpanId kSpanId{0x53995c3f42cd8ad8};
const std::string kRoot = "Root=1-5759e988-bd862e3fe1be46a994272793";
const std::string kParent = "Parent=53995c3f42cd8ad8";

const HeaderCase kCases[] = {
    {"sampled", kRoot + ";" + kParent + ";Sampled=1", true, true},
    {"not_sampled", kRoot + ";" + kParent + ";Sampled=0", true, false},
    {"asks_the_receiver", kRoot + ";" + kParent + ";Sampled=?", true, false},
    {"without_sampled", kRoot + ";" + kParent, true, false},
    {"other_order", "Sampled=1;" + kParent + ";" + kRoot, true, true},
    {"blanks", " " + kRoot + " ; " + kParent + " ;\tSampled = 1 ", true, true},
    {"of_a_balancer", "Self=1-67891233-abcdef012345678912345678;" + kRoot + ";" + kParent, true},
    {"unknown_pairs", kRoot + ";" + kParent + ";Lineage=a:1|b:2;CalledFrom=app;;x", true},
    {"root_alone", kRoot, false},
    {"parent_alone", kParent, false},
    {"empty", "", false},
    {"two_roots", kRoot + ";" + kRoot + ";" + kParent, false},
    {"two_parents", kRoot + ";" + kParent + ";" + kParent, false},
    {"other_version", "Root=2-5759e988-bd862e3fe1be46a994272793;" + kParent, false},
    {"root_without_dash", "Root=1-5759e9880bd862e3fe1be46a994272793;" + kParent, false},
    {"root_too_short", "Root=1-5759e988-bd862e3fe1be46a99427279;" + kParent, false},
    {"root_no_hex", "Root=1-5759e988-bd862e3fe1be46a99427279g;" + kParent, false},
    {"zero_root", "Root=1-00000000-000000000000000000000000;" + kParent, false},
    {"parent_too_short", kRoot + ";Parent=53995c3f42cd8ad", false},
    {"parent_zero", kRoot + ";Parent=0000000000000000", false},
    {"keys_in_lower_case", "root=1-5759e988-bd862e3fe1be46a994272793;" + kParent, false},
};

class XrayHeader : public testing::TestWithParam<HeaderCase> {};

TEST_P(XrayHeader, IsReadByTheRules) {
  expect_by_the_rules(*xray_propagator(), "x-amzn-trace-id", GetParam(),
                      {kTraceId, kSpanId, {}, true});
}

INSTANTIATE_TEST_SUITE_P(Xray, XrayHeader, testing::ValuesIn(kCases), name_of_case);

TEST(Xray, WritesAllThreeParts) {
  Headers headers;
  xray_propagator()->inject(Context(SpanContext{kTraceId, kSpanId, {3}, false}), headers);
  EXPECT_EQ(headers, (Headers{{"x-amzn-trace-id", kRoot + ";" + kParent + ";Sampled=1"}}));
  xray_propagator()->inject(Context(SpanContext{kTraceId, kSpanId, {2}, false}), headers);
  EXPECT_EQ(headers, (Headers{{"x-amzn-trace-id", kRoot + ";" + kParent + ";Sampled=0"}}));
}

// What X-Ray refuses is older than 30 days.
bool is_of_now(const SpanContext& span, std::time_t before) {
  const auto seconds = static_cast<std::time_t>(span.trace_id.high >> 32);
  return seconds >= before && seconds <= std::time(nullptr);
}

TEST(XrayTraceId, ItsFirst32BitsAreTheSecondsSince1970) {
  const std::time_t before = std::time(nullptr);
  const TraceId id = xray_trace_id({0x1111111122222222, 0x3333333344444444});
  EXPECT_TRUE(is_of_now({id, {1}, {}, false}, before));
  EXPECT_EQ(id.high & 0xffffffff, 0x22222222u);
  EXPECT_EQ(id.low, 0x3333333344444444u);
}

class NoExporter : public Exporter {
 public:
  ExportResult export_batch(const SpanBatch&, Deadline) override { return ExportResult::kSuccess; }
  [[nodiscard]] std::string describe() const override { return "nowhere"; }
};

TEST(XrayTraceId, IsThatOfEachTraceThatARecorderStarts) {
  const std::time_t before = std::time(nullptr);
  const auto recorder = Recorder::start(
      {.exporters = {std::make_shared<NoExporter>()}, .make_trace_id = xray_trace_id});
  ASSERT_TRUE(recorder) << recorder.error();
  TraceId last;
  for (int i = 0; i < 3; ++i) {
    NANOSPAN_SCOPE(root, "root");
    const SpanContext of_root = current_context().span_context();
    EXPECT_TRUE(is_of_now(of_root, before));
    EXPECT_TRUE(of_root.flags.random());
    EXPECT_NE(of_root.trace_id.low, last.low);
    last = of_root.trace_id;
    NANOSPAN_SCOPE(child, "child");
    EXPECT_EQ(current_context().span_context().trace_id, of_root.trace_id);
  }
  const Span detached = NANOSPAN_SPAN("detached");
  EXPECT_TRUE(is_of_now(detached.context().span_context(), before));
  EXPECT_NE(detached.context().span_context().trace_id.low, last.low);
}

}  // namespace
}  // namespace nanospan
