// TraceSetSink: what readers read, into a TraceSet: of each span what the analysis asks for, and
// what its status says where somebody shows that.
//
// Regions go the way that files go: as OTLP's bytes. Threads: none. Memory: the set's; what it
// refuses it counts.
#pragma once

#include <optional>
#include <string>

#include "analysis/trace_set.h"
#include "input/reading.h"
#include "readers/otlp_spans.h"
#include "wire/otlp_encoder.h"

namespace nanospan::tools::analysis {

class TraceSetSink final : public SpanSink, private OtlpVisitor {
 public:
  enum class Messages : bool { kLeave, kKeep };
  // `set` outlives it.
  explicit TraceSetSink(TraceSet& set, Messages messages = Messages::kLeave)
      : set_(set), messages_(messages) {}
  // Keeps all that is said of each span whose trace's id begins so, in hex: TraceSet::record().
  void keep_records(std::string trace_prefix) { record_prefix_ = std::move(trace_prefix); }
  [[nodiscard]] bool take(const SpanBatch& batch) override;
  [[nodiscard]] bool take(const OtlpPiece& piece) override;

 private:
  void resource(const OtlpAttributes& attributes) override;
  void span(const OtlpSpan& span) override;

  TraceSet& set_;
  const Messages messages_;
  std::optional<std::string> record_prefix_;
  wire::OtlpEncoder encoder_;
  StringId service_ = kEmptyString, host_ = kEmptyString;  // of the spans that come
};

}  // namespace nanospan::tools::analysis
