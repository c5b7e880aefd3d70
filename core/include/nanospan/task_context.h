// TaskContext: what one coroutine has current on the thread that runs it. TaskSpan: a span of it.
//
// Written for coroutine.h, and for who resumes things that are no coroutines: a state machine calls
// enter() where it goes on and leave() where it stops.
// Threads: the one that runs the coroutine. Invariants: between enter() and leave() it holds one
// level of one thread's stack; leave() takes away with it all that stands above.
#pragma once

#include <cstdint>
#include <utility>

#include "nanospan/context.h"
#include "nanospan/detached_span.h"
#include "nanospan/detail/carrying_awaiter.h"

namespace nanospan {

class TaskSpan;
namespace detail {
struct TaskPlace;
}

class TaskContext {
 public:
  // With the context that is current here: of the caller, where a coroutine's promise is made.
  TaskContext() : TaskContext(current_context()) {}
  NANOSPAN_EXPORT explicit TaskContext(Context context) noexcept;
  // Destroyed between leave() and enter(), as with a suspended coroutine, it touches no thread.
  NANOSPAN_EXPORT ~TaskContext();
  TaskContext(const TaskContext&) = delete;
  TaskContext& operator=(const TaskContext&) = delete;

  // Makes it current on this thread, its innermost TaskSpan or else the context that it was made
  // with, until leave(). Each does nothing where there is nothing to do.
  NANOSPAN_EXPORT void enter() noexcept;
  // By the thread that entered it. By another it is logged, and what the first one has stays there
  // until a scope around it ends.
  NANOSPAN_EXPORT void leave() noexcept;
  [[nodiscard]] bool is_entered() const noexcept { return is_entered_; }

  // co_await carried.around(reading): the awaitable, left before it suspends and entered when it
  // has resumed. For promises that await what they are given as it is; in the expression that
  // awaits it, since it refers to `awaitable`.
  template <typename Awaitable>
  [[nodiscard]] auto around(Awaitable&& awaitable) {
    return detail::carry(*this,
                         [&]() -> Awaitable&& { return std::forward<Awaitable>(awaitable); });
  }

 private:
  friend class TaskSpan;
  void enter_anew() noexcept;
  [[nodiscard]] std::int64_t now_if_timed() const noexcept;

  Context context_;
  TaskSpan* innermost_ = nullptr;
  detail::TaskPlace* place_ = nullptr;  // made by the first enter()
  bool is_entered_ = false;
  int uncaught_ = 0;  // exceptions in flight when it was entered
};

// Leaves a TaskContext for as long as it lives: around a co_await of a promise that adapts what it
// is given or takes nothing unknown (folly, Asio).
//   auto reading = socket.async_read_some(buffer, asio::use_awaitable);  // made under the span
//   nanospan::Away away(carried);
//   bytes = co_await std::move(reading);
class [[nodiscard]] Away {
 public:
  explicit Away(TaskContext& task) noexcept : task_(task) { task_.leave(); }
  ~Away() { task_.enter(); }
  Away(const Away&) = delete;
  Away& operator=(const Away&) = delete;

 private:
  TaskContext& task_;
};

// A detached span that is the current one whenever its coroutine runs. At its end it has `busy_ns`
// and `idle_ns`, the time that the coroutine was on a thread and was suspended since it started
// (the names of Rust's tracing-opentelemetry); status Error where an exception leaves its scope.
// That of a coroutine which is destroyed while it is suspended ends there. A local variable of the
// coroutine; several nest.
class [[nodiscard]] TaskSpan : public Span {
 public:
  // Becomes current by `co_await span` in a coroutine of a TracedPromise: see NANOSPAN_TASK.
  explicit TaskSpan(detail::Callsite& site, const SpanOptions& options = {}) noexcept
      : Span(site, options) {}
  // Current at once: enters `task` and begins within it. Register the callsite here: see Span.
  TaskSpan(TaskContext& task, detail::Callsite& site, const SpanOptions& options = {}) noexcept
      : Span(site, entered(task, options)) {
    join(task);
  }
  // Its coroutine's context is what it was before.
  NANOSPAN_EXPORT ~TaskSpan();
  TaskSpan(const TaskSpan&) = delete;
  TaskSpan& operator=(const TaskSpan&) = delete;

  NANOSPAN_EXPORT void join(TaskContext& task) noexcept;
  // Ends it before its scope does; it stays the coroutine's context.
  void end() noexcept {
    record_times();
    Span::end();
  }
  void end(SystemTime time) noexcept {
    record_times();
    Span::end(time);
  }

 private:
  friend class TaskContext;
  static const SpanOptions& entered(TaskContext& task, const SpanOptions& options) noexcept {
    task.enter();
    return options;
  }
  NANOSPAN_EXPORT void record_times() noexcept;
  void pass(std::int64_t now_ns, bool was_busy) noexcept {
    if (since_ns_ == 0) return;
    (was_busy ? busy_ns_ : idle_ns_) += now_ns - since_ns_;
    since_ns_ = now_ns;
  }

  TaskContext* task_ = nullptr;
  TaskSpan* outer_ = nullptr;  // the one around it in its coroutine
  std::int64_t since_ns_ = 0;  // 0: not timed
  std::int64_t busy_ns_ = 0;
  std::int64_t idle_ns_ = 0;
};

}  // namespace nanospan
