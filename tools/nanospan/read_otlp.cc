// OTLP files: JSON Lines, one JSON document over many lines, length-delimited protobuf.
#include <google/protobuf/io/coded_stream.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "otlp_json.h"
#include "reading.h"
#include "text.h"
#include "time_window.h"

namespace nanospan::tools {
namespace {

constexpr std::size_t kPieceBytesMax = std::size_t{256} << 20;

std::uint64_t spans_of(const otlp::v1::TracesData& traces) {
  std::uint64_t spans = 0;
  for (const auto& resource_spans : traces.resource_spans()) {
    for (const auto& scope_spans : resource_spans.scope_spans())
      spans += static_cast<std::uint64_t>(scope_spans.spans_size());
  }
  return spans;
}

class OtlpReading {
 public:
  OtlpReading(std::istream& in, const ReadOptions& options, SpanSink& sink, ReadResult& result)
      : in_(in), options_(options), sink_(sink), result_(result) {}

  void set_bytes_total(std::uint64_t bytes) { bytes_total_ = bytes; }
  void set_window(const TimeWindow& window) { window_ = window; }

  void read_json() {
    std::string line;
    for (std::uint64_t number = 1; next_line(line); ++number) {
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      if (number == 1 && line.find_first_not_of(" \t\r{") == std::string::npos) read_rest(line);
      auto traces = line.size() >= kPieceBytesMax
                        ? Result<otlp::v1::TracesData>(Status::failure("it is too long"))
                        : traces_from_json(line);
      if (!traces)
        result_.report.add_damage(number, traces.error());
      else if (!take(*traces))
        return;
    }
  }

  void read_protobuf() {
    std::string message;
    for (std::uint64_t number = 1; in_.peek() != std::char_traits<char>::eof(); ++number) {
      std::uint64_t bytes = 0;
      if (!read_length(bytes) || bytes > kPieceBytesMax || !read_bytes(bytes, message))
        return result_.report.add_damage(
            number, "it is cut short, or not length-delimited OTLP; nothing behind it can be read");
      otlp::v1::TracesData traces;
      google::protobuf::io::CodedInputStream coded(
          reinterpret_cast<const std::uint8_t*>(message.data()), static_cast<int>(message.size()));
      if (!traces.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage() ||
          !has_sound_ids(traces))
        result_.report.add_damage(number, "it is not an OTLP TracesData");
      else if (!take(traces))
        return;
    }
  }

 private:
  // At most kPieceBytesMax of it; the rest of a longer line is skipped.
  bool next_line(std::string& line) {
    line.clear();
    auto* const buffer = in_.rdbuf();
    int c = buffer->sbumpc();
    if (c == std::char_traits<char>::eof()) return false;
    for (; c != std::char_traits<char>::eof() && c != '\n'; c = buffer->sbumpc()) {
      if (line.size() < kPieceBytesMax) line += static_cast<char>(c);
    }
    bytes_done_ += line.size() + 1;
    return true;
  }
  // A document over many lines (as `jq` prints it) begins with a line of its brace alone.
  void read_rest(std::string& document) {
    std::string line;
    while (document.size() < kPieceBytesMax && next_line(line)) document += '\n' + line;
  }

  bool read_length(std::uint64_t& bytes) {
    bytes = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      const int c = in_.get();
      if (c == std::char_traits<char>::eof()) return false;
      bytes |= std::uint64_t(c & 0x7f) << shift;
      if ((c & 0x80) == 0) return true;
    }
    return false;
  }
  // In pieces: a length is not believed before its bytes are there.
  bool read_bytes(std::uint64_t bytes, std::string& message) {
    constexpr std::size_t kPiece = 1 << 20;
    message.clear();
    while (message.size() < bytes) {
      const std::size_t at = message.size();
      const std::size_t piece = std::min<std::size_t>(kPiece, bytes - at);
      message.resize(at + piece);
      in_.read(message.data() + at, static_cast<std::streamsize>(piece));
      if (static_cast<std::size_t>(in_.gcount()) != piece) return false;
    }
    bytes_done_ += bytes;
    return true;
  }
  static bool has_sound_ids(const otlp::v1::TracesData& traces) {
    for (const auto& resource_spans : traces.resource_spans()) {
      for (const auto& scope_spans : resource_spans.scope_spans()) {
        for (const auto& span : scope_spans.spans()) {
          if (span.trace_id().size() != 16 || span.span_id().size() != 8) return false;
          if (!span.parent_span_id().empty() && span.parent_span_id().size() != 8) return false;
        }
      }
    }
    return true;
  }

  bool take(otlp::v1::TracesData& traces) {
    window_.apply(traces, result_.report);
    result_.report.spans += spans_of(traces);
    if (options_.on_progress) options_.on_progress(bytes_done_, bytes_total_, result_.report.spans);
    if (sink_.take(traces)) return true;
    result_.code = kOutputFailed;
    return false;
  }

  std::istream& in_;
  const ReadOptions& options_;
  SpanSink& sink_;
  ReadResult& result_;
  TimeWindow window_;
  std::uint64_t bytes_done_ = 0;
  std::uint64_t bytes_total_ = 0;
};

class NewestEnd final : public SpanSink {
 public:
  bool take(const SpanBatch&) override { return true; }
  bool take(const otlp::v1::TracesData& traces) override {
    for (const auto& resource_spans : traces.resource_spans()) {
      for (const auto& scope_spans : resource_spans.scope_spans()) {
        for (const auto& span : scope_spans.spans())
          unix_ns = std::max(unix_ns, span.end_time_unix_nano());
      }
    }
    return true;
  }

  std::uint64_t unix_ns = 0;
};

// Where a file ends in time only shows when all of it has been read: once before.
TimeWindow window_of(const Input& input, const ReadOptions& options) {
  if (!options.last) return {};
  NewestEnd newest;
  (void)read_otlp(input, {}, newest);
  return {options.last, static_cast<std::int64_t>(newest.unix_ns)};
}

}  // namespace

ReadResult read_otlp(const Input& input, const ReadOptions& options, SpanSink& sink) {
  ReadResult result;
  std::ifstream file;
  const bool from_stdin = input.path == "-";
  result.report.path = from_stdin ? "standard input" : input.path;
  if (from_stdin && options.last) {
    result.code = kUsage;
    result.error = "--last needs to know where the input ends; put standard input into a file.";
    return result;
  }
  if (!from_stdin) file.open(input.path, std::ios::binary);
  if (!from_stdin && !file.is_open()) {
    result.code = kUnreadable;
    result.error = printable(input.path) + " can't be read (" + std::strerror(errno) +
                   "); look at its permissions.";
    return result;
  }
  std::istream& in = from_stdin ? std::cin : file;
  InputKind kind = input.kind;
  // Of a pipe, one byte can be looked at without taking it: '{' or a blank is JSON.
  if (from_stdin) {
    const int first = in.peek();
    kind = first == '{' || first == ' ' || first == '[' ? InputKind::kOtlpJson
                                                        : InputKind::kOtlpProtobuf;
  }
  OtlpReading reading(in, options, sink, result);
  std::error_code unknown;
  const auto bytes = from_stdin ? 0 : std::filesystem::file_size(input.path, unknown);
  if (!unknown) reading.set_bytes_total(bytes);
  reading.set_window(window_of(input, options));
  result.report.kind = kind == InputKind::kOtlpJson ? "OTLP JSON Lines" : "OTLP protobuf";
  kind == InputKind::kOtlpJson ? reading.read_json() : reading.read_protobuf();
  if (result.code == kOk && result.report.damaged != 0) {
    // Nothing but damage is no damaged OTLP: it is something else.
    result.code = result.report.spans != 0 ? kDamaged : kUnreadable;
    if (result.code == kUnreadable)
      result.error = printable(result.report.path) +
                     " holds no OTLP that can be read; give a region, OTLP JSON Lines or "
                     "length-delimited OTLP protobuf.";
  }
  return result;
}

ReadResult read_input(const Input& input, const ReadOptions& options, SpanSink& sink) {
  return input.kind == InputKind::kRegion ? read_region(input, options, sink)
                                          : read_otlp(input, options, sink);
}

}  // namespace nanospan::tools
