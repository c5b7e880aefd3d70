#include "nanospan/task_context.h"

#include <atomic>
#include <chrono>
#include <exception>
#include <new>
#include <optional>

#include "base/log.h"
#include "base/rate_limited_log.h"
#include "nanospan/detail/context_values.h"

namespace nanospan {
namespace detail {

struct TaskPlace {
  std::optional<ContextScope> scope;
  const void* thread = nullptr;  // that has it
  TaskPlace* next_lost = nullptr;
};

}  // namespace detail

namespace {

using detail::TaskPlace;

const void* this_thread() noexcept {
  return &detail::tls_context_values;
}

std::int64_t now_ns() noexcept {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Places on threads that their coroutines have left behind: such a thread may look at one yet, so
// they are kept, and found by leak checkers.
std::atomic<TaskPlace*> lost_places{nullptr};

NANOSPAN_COLD void lose(TaskPlace* place) noexcept {
  place->next_lost = lost_places.load(std::memory_order_relaxed);
  while (!lost_places.compare_exchange_weak(place->next_lost, place, std::memory_order_release,
                                            std::memory_order_relaxed)) {
  }
  static base::RateLimitedLog trouble;
  if (trouble.take_turn())
    base::log(LogLevel::kWarning,
              "A coroutine went on on another thread without leaving its TaskContext, which stays "
              "current where it was; co_await through its around(), an Away or a TracedPromise.");
}

}  // namespace

TaskContext::TaskContext(Context context) noexcept : context_(std::move(context)) {}

TaskContext::~TaskContext() {
  leave();
  delete place_;
}

void TaskContext::enter() noexcept {
  if (is_entered_) return;
  if (place_ == nullptr) place_ = new (std::nothrow) TaskPlace;
  if (place_ == nullptr) return;
  place_->thread = this_thread();
  place_->scope.emplace(innermost_ != nullptr ? innermost_->context() : context_);
  uncaught_ = std::uncaught_exceptions();
  is_entered_ = true;
  if (const std::int64_t now = now_if_timed(); now != 0)
    for (TaskSpan* span = innermost_; span != nullptr; span = span->outer_) span->pass(now, false);
}

void TaskContext::leave() noexcept {
  if (!is_entered_) return;
  is_entered_ = false;
  if (const std::int64_t now = now_if_timed(); now != 0)
    for (TaskSpan* span = innermost_; span != nullptr; span = span->outer_) span->pass(now, true);
  if (place_->thread == this_thread())
    place_->scope.reset();
  else
    lose(std::exchange(place_, nullptr));
}

// Another span is the innermost. Nothing of the time passes.
void TaskContext::enter_anew() noexcept {
  if (place_->thread != this_thread()) {
    leave();
    return enter();
  }
  place_->scope.reset();
  place_->scope.emplace(innermost_ != nullptr ? innermost_->context() : context_);
}

std::int64_t TaskContext::now_if_timed() const noexcept {
  for (const TaskSpan* span = innermost_; span != nullptr; span = span->outer_)
    if (span->since_ns_ != 0) return now_ns();
  return 0;
}

void TaskSpan::join(TaskContext& task) noexcept {
  if (task_ != nullptr) return;
  task_ = &task;
  outer_ = std::exchange(task.innermost_, this);
  if (is_recording()) since_ns_ = now_ns();
  if (task.is_entered())
    task.enter_anew();
  else
    task.enter();
}

TaskSpan::~TaskSpan() {
  if (task_ == nullptr) return;
  const bool is_running = task_->is_entered();
  if (is_running && std::uncaught_exceptions() > task_->uncaught_) set_status(StatusCode::kError);
  record_times();
  TaskSpan** link = &task_->innermost_;
  while (*link != nullptr && *link != this) link = &(*link)->outer_;
  if (*link == this) *link = outer_;
  if (is_running) task_->enter_anew();
}

void TaskSpan::record_times() noexcept {
  if (since_ns_ == 0) return;
  pass(now_ns(), task_->is_entered());
  since_ns_ = 0;
  set_attribute("busy_ns", busy_ns_);
  set_attribute("idle_ns", idle_ns_);
}

}  // namespace nanospan
