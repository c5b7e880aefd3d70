#include "nanospan/swap_context.h"

#include <exception>
#include <utility>

#include "capture/stack.h"
#include "capture/thread.h"
#include "nanospan/detail/context_values.h"
#include "nanospan/detail/publish.h"

namespace nanospan {
namespace {

// A level above those of the scheduler, or of whoever a turn has interrupted.
thread_local detail::SwappedIn of_thread;
thread_local detail::SwappedIn* of_turn = nullptr;

detail::SwappedIn& swapped_in() noexcept {
  return of_turn != nullptr ? *of_turn : of_thread;
}

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

void note_what_is_below(detail::SwappedIn& place) noexcept {
  place.uncaught = std::uncaught_exceptions();
  place.below_without_lane = capture::context_set_without_lane();
  place.values_below = detail::tls_context_values;
}

void put_in(detail::SwappedIn& place, const Context& context) {
  place.scope.emplace(context);
  place.span = context.span_context();
}

// With what was left open above it, which without a lane keeps the scope from ending: later there
// would be pointers to what is gone.
void take_out(detail::SwappedIn& place) noexcept {
  place.scope.reset();
  capture::set_context_without_lane(place.below_without_lane);
  detail::tls_context_values = place.values_below;
}

bool is_same(const Context& one, const Context& other) noexcept {
  return one.span_context() == other.span_context() && one.tracestate() == other.tracestate();
}

}  // namespace

Context swap_context(const Context& next) {
  return FiberScope::swap_within(next, false);
}

Context FiberScope::swap_within(const Context& next, bool stays) {
  detail::SwappedIn& place = swapped_in();
  const bool is_within = place.scope.has_value();
  if (is_within)
    give_up_open_spans();
  else
    note_what_is_below(place);
  Context before = current_context();
  take_out(place);
  const Context below = is_within ? current_context() : Context::root();
  put_in(place, next);
  // Back at what the scheduler's own scopes say: they are the top again. A turn has its end.
  if (is_within && !stays && of_turn == nullptr &&
      detail::tls_context_values == place.values_below && is_same(below, next))
    take_out(place);
  return before;
}

bool FiberScope::is_swapped_in() noexcept {
  return swapped_in().scope.has_value();
}

// What is not recorded has its parent's span, or none, which other threads may have as well.
bool FiberScope::is_on_this_thread() const {
  const detail::SwappedIn& place = swapped_in();
  return place.scope.has_value() && place.span == own_;
}

bool FiberScope::is_failing() const noexcept {
  const detail::SwappedIn& place = swapped_in();
  return place.scope.has_value() && place.span == own_ &&
         std::uncaught_exceptions() > place.uncaught;
}

ContextTurn::ContextTurn(const Context& context) noexcept : outer_(std::exchange(of_turn, &mine_)) {
  note_what_is_below(mine_);
  put_in(mine_, context);
}

ContextTurn::~ContextTurn() {
  take_out(mine_);
  of_turn = outer_;
}

}  // namespace nanospan
