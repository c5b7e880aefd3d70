// What a stranger's protobuf leaves behind: sound spans, as protobuf's own code reads them.
#include "readers/otlp_check.h"

#include <gtest/gtest.h>

#include <random>

#include "otlp.pb.h"
#include "readers/otlp_spans.h"
#include "tools/samples.h"

namespace nanospan::tools::readers {
namespace {

using testing::Service;

otlp::v1::TracesData sample() {
  otlp::v1::TracesData traces;
  Service gateway(traces, "gateway"), tasks(traces, "tasks");
  auto& root = gateway.add(1, 0, "GET /tasks", {0, 500});
  root.set_kind(otlp::v1::Span::SPAN_KIND_SERVER);
  root.set_flags(0x301);
  auto& child = tasks.add(2, 1, "list", {20, 490});
  child.mutable_status()->set_code(otlp::v1::Status::STATUS_CODE_ERROR);
  child.mutable_status()->set_message("no rows");
  auto* const attribute = child.add_attributes();
  attribute->set_key("http.request.resend_count");
  attribute->mutable_value()->set_int_value(2);
  auto* const map = child.add_attributes();
  map->set_key("map");
  auto* const inner = map->mutable_value()->mutable_kvlist_value()->add_values();
  inner->set_key("k");
  inner->mutable_value()->mutable_array_value()->add_values()->set_string_value("v");
  child.add_events()->set_name("retry");
  child.add_links()->set_trace_id(testing::id_bytes(7, 16));
  tasks.add(3, 2, "query", {25, 85});
  return traces;
}

struct Checked {
  Translation said;
  OtlpPiece piece;
  otlp::v1::TracesData traces;
};

Checked checked(const std::string& bytes, const TimeWindow& window = {}) {
  Checked out;
  out.piece = check_otlp(bytes, window, out.said);
  EXPECT_TRUE(
      out.traces.ParseFromArray(out.piece.bytes.data(), static_cast<int>(out.piece.bytes.size())));
  return out;
}

TEST(OtlpCheck, HandsOnWhatIsSoundWithoutACopy) {
  const std::string bytes = sample().SerializeAsString();
  Translation said;
  const OtlpPiece piece = check_otlp(bytes, {}, said);
  EXPECT_EQ(piece.bytes.data(), bytes.data());
  EXPECT_EQ(piece.bytes.size(), bytes.size());
  EXPECT_EQ(piece.spans, 3u);
  EXPECT_EQ(said.skipped, 0u);
}

TEST(OtlpCheck, LeavesOutTheSpansThatAreDamaged) {
  const auto with = [](auto&& change) {
    auto traces = sample();
    change(*traces.mutable_resource_spans(1)->mutable_scope_spans(0)->mutable_spans(0));
    return checked(traces.SerializeAsString());
  };
  const Checked damaged[] = {
      with([](auto& span) { span.set_trace_id("short"); }),
      with([](auto& span) { span.clear_span_id(); }),
      with([](auto& span) { span.set_parent_span_id("123456789"); }),
      with([](auto& span) { span.mutable_links(0)->set_span_id("1"); }),
      with([](auto& span) { *span.mutable_name() = "\xff"; }),
      with([](auto& span) { *span.mutable_status()->mutable_message() = "\xc3"; }),
      with([](auto& span) { *span.mutable_attributes(0)->mutable_key() = "\x80"; }),
      with([](auto& span) {
        auto* value = span.mutable_attributes(0)->mutable_value();
        for (int i = 0; i <= kValueDepthMax; ++i)
          value = value->mutable_array_value()->add_values();
      })};
  for (const Checked& one : damaged) {
    EXPECT_EQ(one.piece.spans, 2u);
    EXPECT_EQ(one.said.skipped, 1u);
    ASSERT_EQ(one.said.reasons.size(), 1u);
    EXPECT_EQ(one.said.reasons[0].find("a span was skipped: "), 0u) << one.said.reasons[0];
    ASSERT_EQ(one.traces.resource_spans_size(), 2);
    EXPECT_EQ(one.traces.resource_spans(1).resource().attributes(0).value().string_value(),
              "tasks");
    ASSERT_EQ(one.traces.resource_spans(1).scope_spans(0).spans_size(), 1);
    EXPECT_EQ(one.traces.resource_spans(1).scope_spans(0).spans(0).name(), "query");
  }
}

TEST(OtlpCheck, KeepsWhatItDoesNotKnow) {
  const std::string bytes = sample().SerializeAsString() + "\x78\x07";  // field 15
  const Checked out = checked(bytes);
  EXPECT_EQ(out.piece.bytes, bytes);
}

TEST(OtlpCheck, LeavesOutWhatEndedBeforeAWindow) {
  const std::string bytes = sample().SerializeAsString();
  const std::int64_t end = static_cast<std::int64_t>(testing::kEpochNs + 500 * testing::kMs);
  const Checked out = checked(bytes, TimeWindow(std::chrono::milliseconds(100), end));
  EXPECT_EQ(out.piece.spans, 2u);
  EXPECT_EQ(out.said.too_old, 1u);
  EXPECT_EQ(out.said.skipped, 0u);
  EXPECT_EQ(out.traces.resource_spans(1).scope_spans(0).spans(0).name(), "list");
}

TEST(OtlpCheck, LeavesNothingThatProtobufWouldRefuseWhateverIsChanged) {
  const std::string whole = sample().SerializeAsString();
  std::mt19937 random(7);
  std::uint64_t spans = 0, skipped = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = whole;
    for (auto changes = random() % 3 + 1; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    const Checked out = checked(bytes);
    std::uint64_t found = 0;
    for (const auto& resource_spans : out.traces.resource_spans()) {
      for (const auto& scope_spans : resource_spans.scope_spans())
        found += static_cast<std::uint64_t>(scope_spans.spans_size());
    }
    ASSERT_EQ(found, out.piece.spans);
    spans += found;
    skipped += out.said.skipped;
  }
  EXPECT_GT(spans, 20'000u);
  EXPECT_GT(skipped, 5'000u);
}

struct Seen final : OtlpVisitor {
  void resource(const OtlpAttributes& attributes) override { service = service_name(attributes); }
  void span(const OtlpSpan& span) override {
    lines.push_back(service + " " + std::string(span.name) + (span.is_root() ? " root" : "") +
                    (span.is_error() ? " error: " + std::string(span.status_message) : ""));
    for (const std::string_view pair : span.attributes) {
      const OtlpAttribute attribute = read_attribute(pair);
      if (attribute.type == OtlpAttribute::Type::kInt)
        lines.push_back(std::string(attribute.key) + "=" + std::to_string(attribute.integer));
    }
    kinds.push_back(span.kind);
    flags.push_back(span.flags);
  }
  std::string service;
  std::vector<std::string> lines;
  std::vector<std::int32_t> kinds;
  std::vector<std::uint32_t> flags;
};

TEST(OtlpSpans, AreVisitedWithTheirResource) {
  const std::string bytes = sample().SerializeAsString();
  Seen seen;
  visit({bytes, 3}, seen);
  EXPECT_EQ(seen.lines,
            (std::vector<std::string>{"gateway GET /tasks root", "tasks list error: no rows",
                                      "http.request.resend_count=2", "tasks query"}));
  EXPECT_EQ(seen.kinds, (std::vector<std::int32_t>{2, 0, 0}));
  EXPECT_EQ(seen.flags[0], 0x301u);
}

TEST(OtlpSpans, OfAResourceWithoutAServiceAreOfAnUnknownOne) {
  otlp::v1::TracesData traces;
  Service(traces, "").add(1, 0, "n", {0, 1}).set_parent_span_id(std::string(8, '\0'));
  const std::string bytes = traces.SerializeAsString();
  Seen seen;
  visit({bytes, 1}, seen);
  EXPECT_EQ(seen.lines, std::vector<std::string>{"unknown_service n root"});
}

}  // namespace
}  // namespace nanospan::tools::readers
