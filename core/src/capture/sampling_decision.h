// Asking the sampler: once for each local root.
#pragma once

#include <cstdint>

#include "capture/runtime.h"

namespace nanospan::capture {

// The span_flag bits of a span whose parent is `parent`, a level that holds no span of this lane.
// Source: OpenTelemetry trace/sdk.md "Sampling".
[[nodiscard]] std::uint64_t decide(const Runtime& runtime, const detail::OpenSlot& parent,
                                   const detail::Callsite& site) noexcept;
[[nodiscard]] std::uint64_t decide(const Runtime& runtime, const SpanContext& parent,
                                   TraceId trace_id, const detail::Callsite& site) noexcept;

}  // namespace nanospan::capture
