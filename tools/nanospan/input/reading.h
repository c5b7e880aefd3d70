// Reading: any input, piece by piece, into a sink. The one place that knows the kinds of input.
//
// Whatever a file or a pipe is written in comes as OTLP's protobuf (readers/piece.h).
// Threads: none. Memory: one line, message or batch at a time, within memory_bytes_max.
// Errors: kUnreadable with a sentence; damage is counted in the report and skipped.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "facts/report.h"
#include "input/input.h"
#include "nanospan/span_batch.h"
#include "readers/piece.h"

namespace nanospan::tools {

// Takes what was read. False: stop, the output failed.
class SpanSink {
 public:
  SpanSink() = default;
  SpanSink(const SpanSink&) = delete;
  SpanSink& operator=(const SpanSink&) = delete;
  virtual ~SpanSink() = default;
  [[nodiscard]] virtual bool take(const SpanBatch& batch) = 0;
  [[nodiscard]] virtual bool take(const OtlpPiece& piece) = 0;
};

struct ReadOptions {
  // Of a dead process's region: the spans that its drain has delivered too, as far as they are
  // left.
  bool everything = false;
  // Only spans that ended this long before the end of the input, or later: a live process ends now,
  // a dead one when it died, an OTLP file with the newest end in it.
  std::optional<std::chrono::nanoseconds> last;
  // What parsers may need, about; a line, document or message that would need more is skipped, but
  // for the parts of it that need less.
  std::uint64_t memory_bytes_max = std::uint64_t{1} << 30;
  // Bytes (or records) done and of how many, 0: unknown; spans so far.
  std::function<void(std::uint64_t, std::uint64_t, std::uint64_t)> on_progress;
};

struct ReadResult {
  ReadReport report;
  ExitCode code = kOk;  // kDamaged: some was skipped; kUnreadable, kOutputFailed: `error`
  std::string error;
};

[[nodiscard]] ReadResult read_input(const Input& input, const ReadOptions& options, SpanSink& sink);

// Its parts, one a kind of input.
[[nodiscard]] ReadResult read_region(const Input& input, const ReadOptions& options,
                                     SpanSink& sink);
[[nodiscard]] ReadResult read_stream(const Input& input, const ReadOptions& options,
                                     SpanSink& sink);

}  // namespace nanospan::tools
