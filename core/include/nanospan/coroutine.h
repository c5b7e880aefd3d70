// Coroutines: spans and contexts that go with a coroutine from thread to thread.
//
//   struct promise_type : nanospan::TracedPromise<MyPromise> { … };  // once, in your task type
//
//   Task<Reply> fetch(int id) {
//     NANOSPAN_TASK(span, "fetch", {.kind = nanospan::SpanKind::kClient});
//     co_await connect(id);         // meanwhile the thread does not have `fetch` as its context;
//     co_return co_await ask(id);   // whoever resumes this coroutine has, until it suspends again
//   }
//
// A promise that you can't change takes a TaskContext in the coroutine instead, and its around() or
// an Away at each co_await (core/src/carry/README.md).
//
// Why no ScopedSpan: it belongs to the stack of the thread that made it. One that is open where its
// coroutine suspends, or a TaskSpan begins or ends, is given up and counted
// (Accounting::lost_abandoned), and whatever is called on it later is a no-op; likewise a
// ContextScope ends there. Between two of them, use both.
// Threads: a coroutine's objects are used by the thread that runs it, as its variables are.
// Errors: none thrown but the user's. Cost of a suspension: that of a ContextScope, and for a
// recorded span two looks at the clock. Memory: one block of the heap for each coroutine that runs.
#pragma once

#include <coroutine>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "nanospan/detail/carrying_awaiter.h"
#include "nanospan/scope.h"
#include "nanospan/task_context.h"

namespace nanospan {

// A promise whose coroutines carry the context that was current where they were called, and the
// spans that they make with NANOSPAN_TASK. `Base`: your promise, or what it is made of; its
// final_suspend() must give an awaiter that takes any handle (a template, or
// std::coroutine_handle<>), since the promise's type is another one.
template <typename Base>
class TracedPromise : public Base {
 public:
  using Base::Base;

  auto initial_suspend() noexcept(noexcept(std::declval<Base&>().initial_suspend())) {
    return detail::carry(task_,
                         [this]() -> decltype(auto) { return this->Base::initial_suspend(); });
  }
  auto final_suspend() noexcept {
    return detail::carry(task_, [this]() -> decltype(auto) { return this->Base::final_suspend(); });
  }
  // For NANOSPAN_TASK.
  std::suspend_never await_transform(TaskSpan& span) noexcept {
    span.join(task_);
    return {};
  }
  template <typename Awaitable>
  auto await_transform(Awaitable&& awaitable) {
    if constexpr (requires(Base & base) {
                    base.await_transform(std::forward<Awaitable>(awaitable));
                  }) {
      return detail::carry(task_, [&]() -> decltype(auto) {
        return this->Base::await_transform(std::forward<Awaitable>(awaitable));
      });
    } else {
      return task_.around(std::forward<Awaitable>(awaitable));
    }
  }
  template <typename Value>
  requires requires(Base& base, Value&& value) { base.yield_value(std::forward<Value>(value)); }
  auto yield_value(Value&& value) {
    return detail::carry(task_, [&]() -> decltype(auto) {
      return this->Base::yield_value(std::forward<Value>(value));
    });
  }

 private:
  TaskContext task_;
};

}  // namespace nanospan

// In a TracedPromise's coroutine, with or without constant options:
//
//   NANOSPAN_TASK(span, "fetch", {.kind = nanospan::SpanKind::kClient});
//
// and in any other that has a TaskContext:
//
//   NANOSPAN_TASK_IN(context, span, "fetch");
//
// Each declares the TaskSpan `span`; the first is also a co_await that does not suspend. Under
// NANOSPAN_DISABLE they evaluate nothing and leave no code.
#ifndef NANOSPAN_DISABLE
#define NANOSPAN_TASK(VARIABLE, NAME, ...)                                           \
  ::nanospan::TaskSpan VARIABLE{NANOSPAN_CALLSITE(NAME __VA_OPT__(, ) __VA_ARGS__)}; \
  co_await VARIABLE
#define NANOSPAN_TASK_IN(CONTEXT, VARIABLE, NAME, ...)          \
  ::nanospan::TaskSpan VARIABLE {                               \
    CONTEXT, NANOSPAN_CALLSITE(NAME __VA_OPT__(, ) __VA_ARGS__) \
  }
#else
#define NANOSPAN_TASK(VARIABLE, ...) ::nanospan::detail::DisabledDetachedSpan VARIABLE
#define NANOSPAN_TASK_IN(CONTEXT, VARIABLE, ...) ::nanospan::detail::DisabledDetachedSpan VARIABLE
#endif
