// The current context, and what a fork carries over.
#include "nanospan/context.h"

#include <utility>

#include "capture/runtime.h"
#include "capture/thread.h"
#include "nanospan/detail/annotate.h"

namespace nanospan {
namespace {

using capture::Runtime;
using detail::LaneControl;
using detail::load;
using detail::OpenSlot;
namespace open_w6 = detail::open_w6;
namespace span_flag = detail::span_flag;

thread_local const Context* innermost_without_lane = nullptr;
// What the forking thread had: set by its prepare handler, kept in the child alone.
thread_local const Context* inherited = nullptr;
const Context* before_fork = nullptr;  // between the two handlers of one fork

SpanContext context_of_level(const OpenSlot& level) noexcept {
  const std::uint64_t flags = open_w6::kFlags.get(load(level.w[6]));
  SpanContext context;
  context.trace_id = {load(level.w[1]), load(level.w[2])};
  context.span_id.value = load(level.w[3]);
  context.flags.bits =
      static_cast<std::uint8_t>(flags & (span_flag::kSampled | span_flag::kRandom));
  // Of a span the flag tells about its parent; what a ContextScope set is not one.
  constexpr std::uint64_t kRemoteContext = span_flag::kParentRemote | span_flag::kSlowStart;
  context.is_remote = (flags & kRemoteContext) == kRemoteContext;
  return context;
}

}  // namespace

LaneControl* capture::lane_in_use() noexcept {
  LaneControl* const lane = detail::tls_lane;
  const Runtime* const runtime = capture::current();
  if (runtime == nullptr || !capture::has_lane(*lane) || lane->epoch != runtime->epoch)
    return nullptr;
  return lane;
}

const Context* capture::set_context_without_lane(const Context* innermost) noexcept {
  return std::exchange(innermost_without_lane, innermost);
}
const Context* capture::context_without_lane() noexcept {
  return innermost_without_lane != nullptr ? innermost_without_lane : inherited;
}

void capture::remember_context_for_child() noexcept {
  const Context now = current_context();
  before_fork = inherited;
  inherited = now.has_span() ? new Context(now) : nullptr;
}
void capture::forget_context_in_parent() noexcept {
  delete std::exchange(inherited, before_fork);
}

Context current_context() {
  LaneControl* const lane = capture::lane_in_use();
  if (lane == nullptr) {
    const Context* const unrecorded = capture::context_without_lane();
    return unrecorded == nullptr ? Context() : *unrecorded;
  }
  const OpenSlot& level = *lane->top;
  const SpanContext span = context_of_level(level);
  if (!span.span_id.is_valid()) return {};
  const auto reference = static_cast<std::uint32_t>(open_w6::kTracestate.get(load(level.w[6])));
  if (reference == 0) return Context(span);
  return Context(span, capture::current()->region->load_tracestate(reference));
}

SpanContext detail::context_of(const SpanTarget& target) noexcept {
  const LaneControl* const lane = capture::lane_in_use();
  if (lane == nullptr || target.slot <= lane->base || target.slot > lane->top) return {};
  return context_of_level(*target.slot);
}

}  // namespace nanospan
