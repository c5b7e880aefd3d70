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
//   called on it later is a no-op, and what the fiber starts next has its parent;
// - a ContextScope of the fiber stays in force until the fiber's context is swapped, and its end
//   does nothing.
// Threads: the calling one. Limits: one scheduler on a thread at a time; one of its 64 levels.
// Memory: no heap, but for a tracestate of more than 15 bytes. Cost: that of a ContextScope.
#pragma once

#include <utility>

#include "nanospan/context.h"

namespace nanospan {

// Makes `next` current on this thread in place of what is, its values too, and returns that.
// Putting back what was there before the first swap leaves the thread as it was.
[[nodiscard]] NANOSPAN_EXPORT Context swap_context(const Context& next);

// A context that is current in a fiber until the end of the scope, through all of its switches.
// Wherever it is there must be no ScopedSpan of the fiber open around it: it is given up.
class [[nodiscard]] FiberScope {
 public:
  explicit FiberScope(const Context& context) : outer_(swap_context(context)) {}
  ~FiberScope() { (void)swap_context(outer_); }
  FiberScope(const FiberScope&) = delete;
  FiberScope& operator=(const FiberScope&) = delete;

 private:
  Context outer_;
};

}  // namespace nanospan
