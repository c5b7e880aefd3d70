// Propagator: one format in which contexts travel; those of OTEL_PROPAGATORS, and your own.
//
//   const nanospan::Propagator& propagator = nanospan::global_propagator();
//   propagator.inject(nanospan::current_context(), request.headers);
//   nanospan::ContextScope scope(propagator.extract(request.headers, nanospan::Context::root()));
//
// Why beside inject() and extract() of propagation.h: those are W3C Trace Context alone, resolved
// when they are compiled; these are chosen when the program runs.
// Threads: immutable, any number at once. Source: OpenTelemetry context/api-propagators.md.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "nanospan/carrier.h"
#include "nanospan/context.h"
#include "nanospan/detail/compiler.h"

namespace nanospan {

// How to write one: core/src/propagation/README.md.
class NANOSPAN_EXPORT Propagator {
 public:
  Propagator() = default;
  Propagator(const Propagator&) = delete;
  Propagator& operator=(const Propagator&) = delete;
  virtual ~Propagator();

  // The keys that inject() may write, in lower case.
  [[nodiscard]] virtual std::span<const std::string_view> fields() const noexcept = 0;
  // Writes what `context` has of this concern, and takes away what the carrier has of another;
  // without any, writes nothing. Throws only what the carrier throws.
  virtual void inject(const Context& context, CarrierWriter carrier) const = 0;
  // `context` with what the carrier has of this concern; `context` itself where it has none, or
  // nothing valid. Throws only what the carrier throws, and std::bad_alloc.
  [[nodiscard]] virtual Context extract(CarrierReader carrier, const Context& context) const = 0;
};

using PropagatorPtr = std::shared_ptr<const Propagator>;

// W3C Trace Context: `traceparent`, `tracestate`. As inject() and extract() of propagation.h.
[[nodiscard]] NANOSPAN_EXPORT PropagatorPtr trace_context_propagator();
// W3C Baggage: `baggage` (baggage.h).
[[nodiscard]] NANOSPAN_EXPORT PropagatorPtr baggage_propagator();

// Zipkin's B3. Extracts either form, the single header before the others; ids of 64 bits are taken
// as the lower half. A debug flag samples, and travels on. "Not sampled" without ids can't be kept,
// and a decision that is left to the receiver counts as not sampled.
// Source: openzipkin/b3-propagation.
enum class B3Format : std::uint8_t {
  kSingle,  // `b3`
  kMulti,   // `x-b3-traceid`, `x-b3-spanid`, `x-b3-sampled` or `x-b3-flags`
};
[[nodiscard]] NANOSPAN_EXPORT PropagatorPtr b3_propagator(B3Format injected = B3Format::kSingle);

// AWS X-Ray: `x-amzn-trace-id`. Trace ids that X-Ray itself takes: see xray_trace_id().
// Source: docs.aws.amazon.com/xray, "Tracing header".
[[nodiscard]] NANOSPAN_EXPORT PropagatorPtr xray_propagator();
// Jaeger's `uber-trace-id`, which is deprecated: extracts it and writes nothing.
// Source: www.jaegertracing.io/sdk-migration, "Propagation format".
[[nodiscard]] NANOSPAN_EXPORT PropagatorPtr jaeger_propagator();

// All of them in this order: who extracts later has the last word. Null ones are left out.
[[nodiscard]] NANOSPAN_EXPORT PropagatorPtr composite_propagator(std::vector<PropagatorPtr> parts);

// What OTEL_PROPAGATORS names, each once: tracecontext, baggage, b3, b3multi, xray, jaeger, none;
// unset: tracecontext,baggage. A name that is none of these leaves one warning in the log and is
// skipped. OTEL_SDK_DISABLED changes nothing here. Source:
// configuration/sdk-environment-variables.md.
[[nodiscard]] NANOSPAN_EXPORT PropagatorPtr propagator_from_environment();

// The one that a process uses for all its requests: propagator_from_environment() at the first
// call, unless one was set before. What it returns stays valid for the process's life, also when
// another one is set. Cost: one load.
[[nodiscard]] NANOSPAN_EXPORT const Propagator& global_propagator();
// Null: none, what is injected and extracted is nothing.
NANOSPAN_EXPORT void set_global_propagator(PropagatorPtr propagator);

// For RecorderOptions::make_trace_id: the id of a new trace as X-Ray wants it, whose first 32 bits
// are the seconds since 1970. The other 96 bits stay random.
[[nodiscard]] NANOSPAN_EXPORT TraceId xray_trace_id(TraceId random) noexcept;

}  // namespace nanospan
