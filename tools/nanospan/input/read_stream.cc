// Files and pipes: OTLP's JSON and protobuf, and Jaeger's JSON.
#include <algorithm>

#include "facts/time_window.h"
#include "input/reading.h"
#include "readers/byte_stream.h"
#include "readers/json_translator.h"
#include "readers/otlp_check.h"
#include "readers/otlp_spans.h"
#include "readers/protobuf_pieces.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

using readers::ByteStream;
using readers::Translation;

// What a parser needs for a piece, at worst, is this much larger.
constexpr std::uint64_t kParserFactor = 16;
// Who writes into a pipe may be slow; no spans are shorter.
constexpr std::size_t kPipeBytes = 32;
constexpr std::uint64_t kPieceBytesMin = std::uint64_t{64} << 10;
// simdjson and protobuf count in 32 bits.
constexpr std::uint64_t kPieceBytesMax = std::uint64_t{1} << 30;

class StreamReading {
 public:
  StreamReading(ByteStream& stream, const ReadOptions& options, SpanSink& sink, ReadResult& result)
      : stream_(stream),
        options_(options),
        sink_(sink),
        result_(result),
        piece_bytes_max_(static_cast<std::size_t>(std::clamp(
            options.memory_bytes_max / kParserFactor, kPieceBytesMin, kPieceBytesMax))) {}

  void set_window(const TimeWindow& window) { window_ = window; }

  void read_json() {
    result_.report.kind = "OTLP JSON Lines";
    result_.report.unit = "line";
    readers::JsonPieces pieces(stream_, piece_bytes_max_);
    readers::JsonTranslator translator;
    Translation translation, windowed;
    for (readers::JsonPiece piece; pieces.next(piece);) {
      if (!piece.damage.empty()) {
        result_.report.add_damage(piece.line, std::move(piece.damage));
        continue;
      }
      translator.translate(piece, translation);
      if (translator.has_seen_jaeger()) result_.report.kind = "Jaeger JSON";
      note(translation, piece.line);
      OtlpPiece otlp = translation.piece();
      if (!window_.is_everything()) {
        windowed.clear();
        otlp = readers::check_otlp(otlp.bytes, window_, windowed);
        note(windowed, piece.line);
      }
      if (!take(otlp)) return;
    }
  }

  void read_protobuf() {
    result_.report.kind = "OTLP protobuf";
    result_.report.unit = "message at byte";
    readers::ProtobufPieces pieces(stream_, piece_bytes_max_);
    Translation checked;
    for (readers::ProtobufPiece piece; pieces.next(piece);) {
      if (!piece.damage.empty()) {
        result_.report.add_damage(piece.offset, std::move(piece.damage));
        continue;
      }
      checked.clear();
      const OtlpPiece otlp = readers::check_otlp(piece.bytes, window_, checked);
      note(checked, piece.offset);
      if (!take(otlp)) return;
    }
  }

 private:
  void note(Translation& translation, std::uint64_t where) {
    ReadReport& report = result_.report;
    report.too_old += translation.too_old;
    if (!translation.error.empty()) report.add_damage(where, std::move(translation.error));
    for (std::string& reason : translation.reasons)
      report.add_damage(where, std::move(reason), /*is_part=*/true);
    report.damaged += translation.skipped - translation.reasons.size();
  }

  // False: the sink refused.
  bool take(const OtlpPiece& piece) {
    result_.report.spans += piece.spans;
    if (options_.on_progress)
      options_.on_progress(stream_.offset(), stream_.size(), result_.report.spans);
    if (piece.spans == 0 || sink_.take(piece)) return true;
    result_.code = kOutputFailed;
    return false;
  }

  ByteStream& stream_;
  const ReadOptions& options_;
  SpanSink& sink_;
  ReadResult& result_;
  const std::size_t piece_bytes_max_;
  TimeWindow window_;
};

class NewestEnd final : public SpanSink, private OtlpVisitor {
 public:
  bool take(const SpanBatch&) override { return true; }
  bool take(const OtlpPiece& piece) override {
    visit(piece, *this);
    return true;
  }

  std::uint64_t unix_ns = 0;

 private:
  void resource(const OtlpAttributes&) override {}
  void span(const OtlpSpan& span) override { unix_ns = std::max(unix_ns, span.end_unix_ns); }
};

// Where a file ends in time only shows when all of it has been read: once before.
TimeWindow window_of(const Input& input, const ReadOptions& options) {
  if (!options.last) return {};
  NewestEnd newest;
  ReadOptions whole;
  whole.memory_bytes_max = options.memory_bytes_max;
  (void)read_stream(input, whole, newest);
  return {options.last, static_cast<std::int64_t>(newest.unix_ns)};
}

void refuse(ReadResult& result, ExitCode code, std::string sentence) {
  result.code = code;
  result.error = std::move(sentence);
}

}  // namespace

ReadResult read_stream(const Input& input, const ReadOptions& options, SpanSink& sink) {
  ReadResult result;
  const bool from_stdin = input.path == "-";
  result.report.path = from_stdin ? "standard input" : input.path;
  const std::string name = printable(result.report.path);
  if (from_stdin && options.last) {
    refuse(result, kUsage,
           "--last needs to know where the input ends; put standard input into a file.");
    return result;
  }
  auto stream = ByteStream::open(input.path);
  if (!stream) {
    refuse(result, kUnreadable, name + " " + stream.error() + ".");
    return result;
  }
  const InputKind kind =
      kind_of(from_stdin ? "" : input.path, stream->ahead(from_stdin ? kPipeBytes : kFirstBytes));
  if (kind == InputKind::kRegion) {
    refuse(result, kUnreadable, name + " is a region, which is read from a file; give its path.");
    return result;
  }
  StreamReading reading(*stream, options, sink, result);
  reading.set_window(window_of(input, options));
  kind == InputKind::kJson ? reading.read_json() : reading.read_protobuf();
  const bool is_broken_off = !stream->failure().empty();
  if (is_broken_off) result.report.add_damage(stream->offset(), stream->failure(), true);
  if (result.code == kOk && result.report.damaged != 0) {
    // Nothing but damage is no damaged OTLP: it is something else.
    result.code = result.report.spans != 0 ? kDamaged : kUnreadable;
    if (result.code == kUnreadable)
      result.error = is_broken_off ? name + " " + stream->failure() + "."
                                   : name +
                                         " holds no spans that can be read; give a region, "
                                         "OTLP's JSON or protobuf, or Jaeger's JSON.";
  }
  return result;
}

ReadResult read_input(const Input& input, const ReadOptions& options, SpanSink& sink) {
  return input.kind == InputKind::kRegion ? read_region(input, options, sink)
                                          : read_stream(input, options, sink);
}

}  // namespace nanospan::tools
