// The macros: they make a callsite where they stand.
//
//   NANOSPAN_SCOPE(span, "db.query");                                  a ScopedSpan named `span`
//   NANOSPAN_SCOPE(span, "GET /tasks", {.kind = SpanKind::kServer});   with constant options
//   auto span = NANOSPAN_SPAN("job", {}, {.parent = &context});        a detached Span; more than
//                                  one constant option: (CallsiteOptions{.kind = …, .scope = …})
//   NANOSPAN_ATTRIBUTE(span, "user.id", id);                           its key interned in place
//
// Under NANOSPAN_DISABLE they evaluate none of their arguments and leave no code. A function that
// is given a span takes `auto&`, and nothing is left of it either; one that takes `ScopedSpan&` is
// given a span that records nothing.
#pragma once

#include "nanospan/detached_span.h"
#include "nanospan/detail/callsite.h"
#include "nanospan/detail/disabled_span.h"
#include "nanospan/span.h"

#ifndef NANOSPAN_DISABLE

namespace nanospan::detail {
// Before the module's own constructors: then it is unregistered behind its destructors.
__attribute__((constructor(101))) NANOSPAN_HIDDEN inline void announce_this_module() noexcept {
  if (announce_module != nullptr) announce_module(this_module());
}
}  // namespace nanospan::detail

// A static object made by the arguments, constant-initialised. An expression, so that nothing but
// what the user names stands in the user's scope.
#define NANOSPAN_STATIC(TYPE, ...)                       \
  (*__extension__({                                      \
    static constinit TYPE nanospan_static_{__VA_ARGS__}; \
    &nanospan_static_;                                   \
  }))
#define NANOSPAN_CALLSITE(NAME, ...)                                      \
  NANOSPAN_STATIC(::nanospan::detail::Callsite, NAME, __FILE__, __LINE__, \
                  __func__ __VA_OPT__(, ) __VA_ARGS__)
#define NANOSPAN_SCOPE(VARIABLE, NAME, ...)            \
  ::nanospan::ScopedSpan VARIABLE {                    \
    NANOSPAN_CALLSITE(NAME __VA_OPT__(, ) __VA_ARGS__) \
  }
#define NANOSPAN_SPAN(NAME, ...) NANOSPAN_SPAN_(NAME, __VA_ARGS__)
#define NANOSPAN_SPAN_(NAME, CALLSITE_OPTIONS, ...) \
  ::nanospan::Span(NANOSPAN_CALLSITE(NAME, CALLSITE_OPTIONS) __VA_OPT__(, ) __VA_ARGS__)
#define NANOSPAN_ATTRIBUTE(SPAN, KEY, ...) \
  (SPAN).set_attribute(NANOSPAN_STATIC(::nanospan::Key, KEY), __VA_ARGS__)

#else

#define NANOSPAN_SCOPE(VARIABLE, ...) ::nanospan::detail::DisabledSpan VARIABLE
#define NANOSPAN_SPAN(...) (::nanospan::detail::DisabledDetachedSpan())
#define NANOSPAN_ATTRIBUTE(...) static_cast<void>(0)

#endif
