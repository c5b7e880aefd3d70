// OtlpEncoder and OtlpJsonEncoder: batches of spans to OTLP's bytes, nothing else: no I/O.
//
// Use: keep one per stream of batches; it remembers what its callsites have in common, and after a
// while allocates nothing. The bytes are one TracesData, which on the wire is the same as an
// ExportTraceServiceRequest.
// Threads: none. Memory: what encode() returns is valid until the next call.
// Errors: none but out of memory (std::bad_alloc); text that is not UTF-8 gets U+FFFD, attributes
// without a key are counted as dropped, a span ends no earlier than it starts.
#pragma once

#include <memory>
#include <string_view>

#include "nanospan/span_batch.h"

namespace nanospan::wire {

// Binary protobuf.
class NANOSPAN_EXPORT OtlpEncoder {
 public:
  OtlpEncoder();
  ~OtlpEncoder();
  [[nodiscard]] std::string_view encode(const SpanBatch& batch);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// OTLP/JSON on one line, without the line feed.
class NANOSPAN_EXPORT OtlpJsonEncoder {
 public:
  OtlpJsonEncoder();
  ~OtlpJsonEncoder();
  [[nodiscard]] std::string_view encode(const SpanBatch& batch);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nanospan::wire
