// The current span's context, and what a fork carries over.
#include "nanospan/context.h"

#include <utility>

#include "capture/current_span.h"
#include "nanospan/detail/annotate.h"

namespace nanospan {
namespace {

using capture::Runtime;
using detail::LaneControl;

thread_local const Context* innermost_without_lane = nullptr;
// What the forking thread had: set by its prepare handler, kept in the child alone.
thread_local const Context* inherited = nullptr;
const Context* before_fork = nullptr;  // between the two handlers of one fork

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
const Context* capture::context_set_without_lane() noexcept {
  return innermost_without_lane;
}
const Context* capture::context_without_lane() noexcept {
  return innermost_without_lane != nullptr ? innermost_without_lane : inherited;
}

void capture::remember_context_for_child() noexcept {
  const Context now = current_span();
  before_fork = inherited;
  inherited = now.has_span() ? new Context(now.span_context(), now.tracestate()) : nullptr;
}
void capture::forget_context_in_parent() noexcept {
  delete std::exchange(inherited, before_fork);
}

SpanContext detail::context_of(const SpanTarget& target) noexcept {
  const LaneControl* const lane = capture::lane_in_use();
  if (lane == nullptr || target.slot <= lane->base || target.slot > lane->top) return {};
  return capture::context_of_level(*target.slot);
}

}  // namespace nanospan
