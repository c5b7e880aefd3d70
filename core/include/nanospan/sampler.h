// Sampler: decides, when a span starts, whether it is recorded and whether it is exported.
//
// Asked once for each local root: a span without a parent, or whose parent came with a Context
// (from a request or from another thread). Spans below it on its thread share its decision, so that
// starting them needs no call.
// Threads: should_sample() is called by any number of threads at once; samplers are immutable.
// Source: OpenTelemetry trace/sdk.md "Sampling".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "nanospan/detail/compiler.h"
#include "nanospan/span_context.h"
#include "nanospan/span_types.h"

namespace nanospan {

enum class SamplingDecision : std::uint8_t {
  kDrop,            // not recorded; its context is propagated, not sampled
  kRecordOnly,      // recorded and readable in the region, not exported, not sampled
  kRecordAndSample  // recorded, exported, and those who are called are told so
};

struct SamplingParameters {
  TraceId trace_id;    // the parent's, or that of the new trace
  SpanContext parent;  // remote or local; invalid for a root
  std::string_view name;
  SpanKind kind = SpanKind::kInternal;
};

struct SamplingResult {
  SamplingDecision decision = SamplingDecision::kDrop;
};

class NANOSPAN_EXPORT Sampler {
 public:
  Sampler() = default;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;
  virtual ~Sampler();

  // On the thread that starts the span: no locks, no I/O.
  [[nodiscard]] virtual SamplingResult should_sample(
      const SamplingParameters& parameters) const noexcept = 0;
  // For logs: "ParentBased{root:AlwaysOnSampler,…}".
  [[nodiscard]] virtual std::string description() const = 0;

  // A promise that every span without a parent is sampled: the recorder then starts it unasked.
  [[nodiscard]] virtual bool always_samples_roots() const noexcept { return false; }
};

using SamplerPtr = std::shared_ptr<const Sampler>;

[[nodiscard]] NANOSPAN_EXPORT SamplerPtr always_on();
[[nodiscard]] NANOSPAN_EXPORT SamplerPtr always_off();

// Samples this share of traces, decided by the trace id alone: whoever uses the same or a larger
// ratio samples these traces too. Below 0 counts as 0, above 1 and NaN as 1. A child is decided
// like a root, so give it to parent_based() unless that is meant. Precision: 2^-56.
// Source: OpenTelemetry trace/tracestate-probability-sampling.md (sample if R >= T).
[[nodiscard]] NANOSPAN_EXPORT SamplerPtr trace_id_ratio(double ratio);

// Who decides for children, by what is known of the parent. Empty: as the default says.
struct ParentBasedDelegates {
  SamplerPtr remote_sampled = {};      // always_on()
  SamplerPtr remote_not_sampled = {};  // always_off()
  SamplerPtr local_sampled = {};       // always_on()
  SamplerPtr local_not_sampled = {};   // always_off()
};
// Children follow their parents, `root` decides for roots; empty: always_on(). The default sampler
// is parent_based(always_on()).
[[nodiscard]] NANOSPAN_EXPORT SamplerPtr parent_based(SamplerPtr root,
                                                      ParentBasedDelegates delegates = {});

// What `inner` drops is recorded all the same, and not exported. Empty: always_off().
[[nodiscard]] NANOSPAN_EXPORT SamplerPtr always_record(SamplerPtr inner);
// Everything is recorded, nothing exported: the region alone, for live tools and crashes.
[[nodiscard]] NANOSPAN_EXPORT SamplerPtr record_only();

}  // namespace nanospan
