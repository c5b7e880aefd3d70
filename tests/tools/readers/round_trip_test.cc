// What our exporters wrote, through each reader: the same spans, whatever the form.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "analysis/trace_set_sink.h"
#include "input/reading.h"
#include "nanospan/exporters/otlp_file_exporter.h"
#include "output/otlp_json.h"
#include "readers/otlp_spans.h"
#include "readers/protobuf_pieces.h"
#include "support/recording.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

using test::PrivateDirectory;

// Each span as a line, in the order of the lines; a region's as a file's.
class Lines final : public SpanSink, private OtlpVisitor {
 public:
  bool take(const SpanBatch& batch) override {
    return take(OtlpPiece{encoder_.encode(batch), batch.size()});
  }
  bool take(const OtlpPiece& piece) override {
    visit(piece, *this);
    return true;
  }
  std::vector<std::string> lines;

 private:
  void resource(const OtlpAttributes& attributes) override { service_ = service_name(attributes); }
  void span(const OtlpSpan& span) override {
    std::string line = service_ + " " + std::string(span.name) + " " + hex_of(span.trace_id) + " " +
                       hex_of(span.span_id) + " " + hex_of(span.parent_span_id) + " " +
                       std::to_string(span.start_unix_ns) + " " + std::to_string(span.end_unix_ns) +
                       " " + std::to_string(span.kind) + " " + std::to_string(span.status_code) +
                       " " + std::string(span.status_message) + " " + std::to_string(span.flags);
    for (const std::string_view pair : span.attributes) line += " " + hex_of(pair);
    lines.push_back(line);
  }

  wire::OtlpEncoder encoder_;
  std::string service_;
};

ReadResult read_into(const std::string& path, SpanSink& sink, const ReadOptions& options = {}) {
  const InputList found = find_inputs({path});
  EXPECT_EQ(found.inputs.size(), 1u) << found.error;
  return read_input(found.inputs.at(0), options, sink);
}

std::vector<std::string> lines_of(const std::string& path, const ReadOptions& options = {}) {
  Lines sink;
  const ReadResult result = read_into(path, sink, options);
  EXPECT_EQ(result.code, kOk) << path << ": " << result.error;
  EXPECT_EQ(result.report.damaged, 0u) << path;
  EXPECT_EQ(result.report.spans, sink.lines.size()) << path;
  std::sort(sink.lines.begin(), sink.lines.end());
  return sink.lines;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void record_requests(int requests) {
  for (int i = 0; i < requests; ++i) {
    NANOSPAN_SCOPE(root, "GET /tasks", {.kind = SpanKind::kServer});
    root.set_attribute("http.route", "/tasks/{id}");
    for (int j = 0; j < 3; ++j) {
      NANOSPAN_SCOPE(call, "call", {.kind = SpanKind::kClient});
      call.set_attribute("peer.service", "tasks");
      call.set_attribute("http.request.resend_count", std::int64_t{j});
      if (j == 2) call.set_status(StatusCode::kError, "no \"answer\"");
    }
  }
}

// Writes a.jsonl and a.pb.
void export_requests(const PrivateDirectory& directory, int requests) {
  RecorderOptions options;
  options.service_name = "gateway";
  options.region_directory = directory.path();
  options.ring_bytes_initial = options.ring_bytes_max;  // nothing waits for the drain
  for (const auto format : {OtlpFileFormat::kJsonLines, OtlpFileFormat::kLengthDelimitedProtobuf}) {
    const bool is_json = format == OtlpFileFormat::kJsonLines;
    auto exporter = make_otlp_file_exporter(
        {.path = directory.file(is_json ? "a.jsonl" : "a.pb"), .format = format});
    ASSERT_TRUE(exporter) << exporter.error();
    options.exporters.push_back(std::move(*exporter));
  }
  Recorder recorder = Recorder::start(std::move(options));
  ASSERT_TRUE(recorder) << recorder.error();
  record_requests(requests);
  ASSERT_TRUE(recorder.stop(std::chrono::seconds(60)));
}

TEST(RoundTrip, EveryFormOfOurExportersGivesTheSameSpans) {
  const PrivateDirectory directory;
  export_requests(directory, 100);
  const auto expected = lines_of(directory.file("a.jsonl"));
  ASSERT_EQ(expected.size(), 400u);
  EXPECT_EQ(lines_of(directory.file("a.pb")), expected);
  // Without framing, as the body of an export request, and with the Collector's.
  const std::string framed = bytes_of(directory.file("a.pb"));
  auto stream = readers::ByteStream::of_text(framed);
  readers::ProtobufPieces pieces(stream, std::size_t{1} << 24);
  std::string bare, collected, pretty;
  for (readers::ProtobufPiece piece; pieces.next(piece);) {
    bare += piece.bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
      collected += static_cast<char>(piece.bytes.size() >> shift & 0xff);
    collected += piece.bytes;
    otlp::v1::TracesData traces;
    ASSERT_TRUE(traces.ParseFromString(std::string(piece.bytes)));
    pretty += nlohmann::json::parse(traces_to_json(traces)).dump(2) + "\n";
  }
  // Names that say nothing, or something wrong.
  write(directory.file("bare"), bare);
  write(directory.file("collected.jsonl"), collected);
  write(directory.file("pretty.pb"), pretty);
  write(directory.file("lines"), bytes_of(directory.file("a.jsonl")));
  for (const char* const name : {"bare", "collected.jsonl", "pretty.pb", "lines"})
    EXPECT_EQ(lines_of(directory.file(name)), expected) << name;
}

TEST(RoundTrip, ARegionGivesWhatItsExporterWouldHave) {
  const PrivateDirectory directory;
  RecorderOptions options;
  options.service_name = "gateway";
  options.region_directory = directory.path();
  options.drain.enabled = false;
  options.ring_bytes_initial = options.ring_bytes_max;
  const Recorder recorder = Recorder::start(std::move(options));
  ASSERT_TRUE(recorder) << recorder.error();
  record_requests(100);
  const auto lines = lines_of(recorder.region_path());
  ASSERT_EQ(lines.size(), 400u);
  EXPECT_EQ(lines[0].find("gateway "), 0u);
}

TEST(RoundTrip, ASetForTheAnalysisHoldsWhatItAsksFor) {
  const PrivateDirectory directory;
  export_requests(directory, 10);
  for (const char* const name : {"a.jsonl", "a.pb"}) {
    analysis::TraceSet set;
    analysis::TraceSetSink sink(set);
    EXPECT_EQ(read_into(directory.file(name), sink).code, kOk);
    ASSERT_EQ(set.size(), 40u);
    EXPECT_EQ(set.trace_count(), 10u);
    EXPECT_EQ(set.callsite_count(), 2u);
    std::uint32_t clients = 0, errors = 0, retries = 0;
    for (std::uint32_t i = 0; i < set.size(); ++i) {
      EXPECT_EQ(set.text(set.service_of(set[i])), "gateway");
      EXPECT_LE(set[i].start_ns, set[i].end_ns);
      errors += set[i].status == StatusCode::kError ? 1u : 0u;
      retries += set[i].resend_count;
      if (set[i].kind != SpanKind::kClient) continue;
      ++clients;
      EXPECT_EQ(set.text(set[i].peer), "tasks");
      EXPECT_NE(set[i].parent_id, 0u);
    }
    EXPECT_EQ(clients, 30u);
    EXPECT_EQ(errors, 10u);
    EXPECT_EQ(retries, 30u);
  }
}

TEST(RoundTrip, WhatNeedsMoreMemoryThanItMayIsReadInParts) {
  const PrivateDirectory directory;
  const auto trace = [](int number) {
    std::string spans;
    for (int i = 1; i <= 100; ++i)
      spans += (i > 1 ? "," : "") + (R"({"traceID":")" + std::to_string(number) +
                                     R"(","spanID":")" + std::to_string(i) + R"("})");
    return R"({"spans":[)" + spans + "]}";
  };
  std::string document = R"({"data":[)" + trace(1);
  for (int number = 2; number <= 100; ++number) document += "," + trace(number);
  write(directory.file("answer.json"), document + "]}");
  ReadOptions little;
  little.memory_bytes_max = std::uint64_t{1} << 20;  // of which a piece is a sixteenth
  EXPECT_EQ(lines_of(directory.file("answer.json"), little).size(), 10'000u);
}

TEST(RoundTrip, DamageIsToldWithItsPlaceAndTheRestIsRead) {
  const PrivateDirectory directory;
  export_requests(directory, 2);
  const std::string line = bytes_of(directory.file("a.jsonl"));
  const std::string wrong =
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xy","spanId":"0102030405060708"}]})"
      "]}]}\n";
  write(directory.file("lines"), line + "broken\n" + wrong + line);
  Lines sink;
  ReadResult result = read_into(directory.file("lines"), sink);
  EXPECT_EQ(result.code, kDamaged);
  EXPECT_EQ(result.report.spans, 16u);
  EXPECT_EQ(result.report.damaged, 2u);
  const auto lines_before = std::count(line.begin(), line.end(), '\n');
  const std::string path = directory.file("lines");
  EXPECT_EQ(damage_text(result.report),
            path + ": line " + std::to_string(lines_before + 1) +
                " was skipped: it is not JSON.\n" + path + ": line " +
                std::to_string(lines_before + 2) +
                ": a span was skipped: traceId has not the length of an id in hex or base64.\n");
  const std::string whole = bytes_of(directory.file("a.pb"));
  write(directory.file("cut"), whole + whole.substr(0, whole.size() - 1));
  Lines of_cut;
  result = read_into(directory.file("cut"), of_cut);
  EXPECT_EQ(result.code, kDamaged);
  EXPECT_GE(of_cut.lines.size(), 8u);
  EXPECT_NE(damage_text(result.report).find("cut: message at byte "), std::string::npos)
      << damage_text(result.report);
  EXPECT_NE(damage_text(result.report).find("was skipped: it is cut short"), std::string::npos);
}

}  // namespace
}  // namespace nanospan::tools
