// Exporter: where finished batches go. Implement it to send spans anywhere.
//
// Source: OpenTelemetry trace/sdk.md "Span Exporter".
// Threads: export_batch() is never called twice at once on one exporter (an export worker owns the
// calls); flush() and shutdown() come from that worker too.
// Errors: none thrown; what leaves an exporter as an exception is caught, counted as a failure.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "nanospan/span_batch.h"

namespace nanospan {

using Deadline = std::chrono::steady_clock::time_point;

enum class ExportResult : std::uint8_t { kSuccess, kFailure };

class Exporter {
 public:
  Exporter() = default;
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;
  virtual ~Exporter() = default;

  // Takes the batch or refuses it; a refused batch is counted and gone (retry is the exporter's
  // own).
  [[nodiscard]] virtual ExportResult export_batch(const SpanBatch& batch, Deadline deadline) = 0;
  // Everything taken so far has left the process, or false by the deadline.
  [[nodiscard]] virtual bool flush(Deadline /*deadline*/) { return true; }
  // Called once; export_batch() is not called again.
  virtual void shutdown(Deadline /*deadline*/) {}
  // Why the last call failed, for the log: "No space left on device"; "": unknown.
  [[nodiscard]] virtual std::string last_error() const { return {}; }
  // One line for the log: "OTLP file tasks-17.jsonl".
  [[nodiscard]] virtual std::string describe() const = 0;
};

}  // namespace nanospan
