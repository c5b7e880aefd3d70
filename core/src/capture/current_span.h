// The current context without its values.
//
// Inlined twice: into the core, for a fork, by size; and for those who ask for it, by speed.
#pragma once

#include "capture/runtime.h"
#include "capture/thread.h"
#include "nanospan/context.h"
#include "nanospan/detail/annotate.h"

namespace nanospan::capture {

NANOSPAN_INLINE SpanContext context_of_level(const detail::OpenSlot& level) noexcept {
  const std::uint64_t flags = detail::open_w6::kFlags.get(detail::load(level.w[6]));
  SpanContext context;
  context.trace_id = {detail::load(level.w[1]), detail::load(level.w[2])};
  context.span_id.value = detail::load(level.w[3]);
  context.flags.bits =
      static_cast<std::uint8_t>(flags & (detail::span_flag::kSampled | detail::span_flag::kRandom));
  // Of a span the flag tells about its parent; what a ContextScope set is not one.
  constexpr std::uint64_t kRemoteContext =
      detail::span_flag::kParentRemote | detail::span_flag::kSlowStart;
  context.is_remote = (flags & kRemoteContext) == kRemoteContext;
  return context;
}

NANOSPAN_INLINE Context current_span() {
  detail::LaneControl* const lane = lane_in_use();
  if (lane == nullptr) {
    const Context* const unrecorded = context_without_lane();
    if (unrecorded == nullptr) return {};
    return Context(unrecorded->span_context(), unrecorded->tracestate());
  }
  const detail::OpenSlot& level = *lane->top;
  const SpanContext span = context_of_level(level);
  if (!span.span_id.is_valid()) return {};
  const auto reference =
      static_cast<std::uint32_t>(detail::open_w6::kTracestate.get(detail::load(level.w[6])));
  if (reference == 0) return Context(span);
  return Context(span, current()->region->load_tracestate(reference));
}

}  // namespace nanospan::capture
