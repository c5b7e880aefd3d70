#include "nanospan/swap_context.h"

#include <optional>

#include "capture/stack.h"
#include "capture/thread.h"
#include "nanospan/detail/context_values.h"
#include "nanospan/detail/publish.h"

namespace nanospan {
namespace {

// What was swapped in on this thread: a level above those of the scheduler.
thread_local std::optional<ContextScope> swapped_in;

bool is_span(const detail::OpenSlot& level) noexcept {
  const std::uint64_t flags = detail::open_w6::kFlags.get(detail::load(level.w[6]));
  return (flags & detail::span_flag::kSlowStart) == 0 && detail::load(level.w[3]) != 0;
}

// Scoped spans of the fiber that leaves: what it has then is the context below them.
void give_up_open_spans() noexcept {
  detail::LaneControl* const lane = capture::lane_in_use();
  if (lane == nullptr) return;
  const detail::BusyGate busy(*lane);
  detail::OpenSlot* context = lane->top;
  while (context > lane->base && is_span(*context)) --context;
  capture::drop_levels_above(*lane, context);
}

bool is_same(const Context& one, const Context& other) noexcept {
  return one.span_context() == other.span_context() && one.tracestate() == other.tracestate();
}

}  // namespace

Context swap_context(const Context& next) {
  std::optional<ContextScope>& place = swapped_in;
  const bool is_within = place.has_value();
  if (is_within) give_up_open_spans();
  Context before = current_context();
  place.reset();
  const Context below = is_within ? current_context() : Context::root();
  const detail::ContextValueList* const values_below = detail::tls_context_values;
  place.emplace(next);
  // Back at what the scheduler's own scopes say: they are the top again.
  if (is_within && detail::tls_context_values == values_below && is_same(below, next))
    place.reset();
  return before;
}

}  // namespace nanospan
