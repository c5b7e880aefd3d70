// swap_context: what a scheduler of fibers calls at a switch.
//
//   mine = nanospan::swap_context(fiber.context);  // before it goes on in the fiber
//   …
//   fiber.context = nanospan::swap_context(mine);  // when it is back; or from fiber to fiber:
//   from.context = nanospan::swap_context(to.context);
//
// What belongs to a thread stays on it: a fiber that goes on on another thread takes along its
// context alone, so what is to be open while a fiber is switched out is a detached Span, and its
// context is made current by a FiberScope. Of scopes that are open at a switch:
// - those of the scheduler, opened before it swapped a context in, are as if nothing had happened;
// - a ScopedSpan of the fiber is given up and counted (Accounting::lost_abandoned), whatever is
//   called on it later is a no-op, and what the fiber starts next has its parent. Of one that was
//   not sampled the late end is a no-op on another thread; on its own it may take the level that
//   has its place (core/src/carry/README.md);
// - a ContextScope of the fiber stays in force until the fiber's context is swapped, and its end
//   does nothing.
// Threads: the calling one. Limits: one scheduler on a thread at a time; one of its 64 levels; what
// is swapped in from another fiber, with the context that the scheduler had, is taken for it.
// Memory: no heap, but for a tracestate of more than 15 bytes. Cost: that of a ContextScope.
#pragma once

#include <optional>

#include "nanospan/context.h"

namespace nanospan {

// Makes `next` current on this thread in place of what is, its values too, and returns that.
// Putting back what was there before the first swap leaves the thread as it was.
[[nodiscard]] NANOSPAN_EXPORT Context swap_context(const Context& next);

namespace detail {
// What is swapped in, by this thread's scheduler or for a turn.
struct SwappedIn {
  std::optional<ContextScope> scope;
  SpanContext span;
  int uncaught = 0;  // exceptions in flight when it came in
  // What the thread had below it; the first where that has no lane.
  const Context* below_without_lane = nullptr;
  const ContextValueList* values_below = nullptr;
};
}  // namespace detail

// A context that is current in a fiber until the end of the scope, through all of its switches.
// Wherever it is there must be no ScopedSpan of the fiber open around it: it is given up. One with
// a span that is destroyed while its fiber is on no thread changes none.
class [[nodiscard]] FiberScope {
 public:
  explicit FiberScope(const Context& context)
      : own_(context.span_context()),
        is_in_fiber_(is_swapped_in()),
        outer_(swap_within(context, true)) {}
  ~FiberScope() {
    if (is_on_this_thread()) (void)swap_within(outer_, is_in_fiber_);
  }
  FiberScope(const FiberScope&) = delete;
  FiberScope& operator=(const FiberScope&) = delete;

  // An exception is on its way out of it.
  [[nodiscard]] NANOSPAN_EXPORT bool is_failing() const noexcept;

 private:
  friend NANOSPAN_EXPORT Context swap_context(const Context& next);

  [[nodiscard]] NANOSPAN_EXPORT static bool is_swapped_in() noexcept;
  [[nodiscard]] NANOSPAN_EXPORT bool is_on_this_thread() const;

  // As swap_context(); `stays`: in the fiber, also where the scheduler has the same context.
  [[nodiscard]] NANOSPAN_EXPORT static Context swap_within(const Context& next, bool stays);

  SpanContext own_;
  bool is_in_fiber_;  // of a scheduler that swaps contexts, or in a turn
  Context outer_;
};

// What a thread does for as long as the scope lasts belongs to something that it then leaves: a
// handler, a coroutine up to its next suspension. What that has swapped in, or left open, goes with
// the turn, and the thread has what it had before. Turns nest.
class [[nodiscard]] ContextTurn {
 public:
  NANOSPAN_EXPORT explicit ContextTurn(const Context& context) noexcept;
  NANOSPAN_EXPORT ~ContextTurn();
  ContextTurn(const ContextTurn&) = delete;
  ContextTurn& operator=(const ContextTurn&) = delete;

 private:
  detail::SwappedIn mine_;
  detail::SwappedIn* outer_;
};

}  // namespace nanospan
