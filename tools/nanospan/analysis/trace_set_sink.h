// TraceSetSink: what readers read, into a TraceSet.
//
// Regions go the way that files go: as OTLP. Threads: none. Memory: the set's.
#pragma once

#include "analysis/trace_set.h"
#include "reading.h"
#include "wire/otlp_encoder.h"

namespace nanospan::tools::analysis {
class TraceSetSink final : public SpanSink {
 public:
  explicit TraceSetSink(TraceSet& set) : set_(set) {}
  [[nodiscard]] bool take(const SpanBatch& batch) override;
  [[nodiscard]] bool take(const otlp::v1::TracesData& traces) override;

 private:
  TraceSet& set_;
  wire::OtlpEncoder encoder_;
};
}  // namespace nanospan::tools::analysis
