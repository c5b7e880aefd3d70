// FiberSpan: a span that is current in its fiber, or coroutine, until its scope ends.
//
// Through switches, if the scheduler tells them (swap_context.h) or the executor does
// (context_executor.h). Status Error where an exception leaves its scope. Destroyed with what is
// suspended and never goes on, it ends there, and no thread's context changes.
// Threads: the one that runs the fiber. Like a TaskSpan it is a local variable, and several nest;
// it is not told when its fiber waits, so it has no busy and idle time.
#pragma once

#include "nanospan/detached_span.h"
#include "nanospan/scope.h"
#include "nanospan/swap_context.h"

namespace nanospan {

class [[nodiscard]] FiberSpan : public Span {
 public:
  // Register the callsite here: see Span.
  explicit FiberSpan(detail::Callsite& site, const SpanOptions& options = {})
      : Span(site, options), scope_(context()) {}
  ~FiberSpan() {
    if (scope_.is_failing()) set_status(StatusCode::kError);
  }
  FiberSpan(const FiberSpan&) = delete;
  FiberSpan& operator=(const FiberSpan&) = delete;

 private:
  FiberScope scope_;
};

}  // namespace nanospan

// NANOSPAN_FIBER(span, "session", {.kind = nanospan::SpanKind::kServer}) declares the FiberSpan
// `span`. Under NANOSPAN_DISABLE it evaluates nothing and leaves no code.
#ifndef NANOSPAN_DISABLE
#define NANOSPAN_FIBER(VARIABLE, NAME, ...)            \
  ::nanospan::FiberSpan VARIABLE {                     \
    NANOSPAN_CALLSITE(NAME __VA_OPT__(, ) __VA_ARGS__) \
  }
#else
#define NANOSPAN_FIBER(VARIABLE, ...) ::nanospan::detail::DisabledDetachedSpan VARIABLE
#endif
