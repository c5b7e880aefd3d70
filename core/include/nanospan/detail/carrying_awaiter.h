// CarryingAwaiter: any awaitable, with a task's context left while it is suspended.
//
// Why the order: whoever is told of the handle may resume the coroutine on another thread before
// await_suspend() has returned, so the context is left first, and nothing of the frame is touched
// afterwards. await_suspend() is never inlined: clang would put its variables into the frame, which
// may be gone by then.
#pragma once

#include <coroutine>
#include <type_traits>
#include <utility>

namespace nanospan {

class TaskContext;

namespace detail {

// As [expr.await] finds it.
template <typename Awaitable>
decltype(auto) awaiter_of(Awaitable&& awaitable) {
  if constexpr (requires { std::forward<Awaitable>(awaitable).operator co_await(); })
    return std::forward<Awaitable>(awaitable).operator co_await();
  else if constexpr (requires { operator co_await(std::forward<Awaitable>(awaitable)); })
    return operator co_await(std::forward<Awaitable>(awaitable));
  else
    return std::forward<Awaitable>(awaitable);
}

// `Awaitable`: a reference to what the user awaits, or the value that a promise's function gave.
template <typename Task, typename Awaitable>
class [[nodiscard]] CarryingAwaiter {
  using Awaiter = decltype(awaiter_of(std::declval<Awaitable>()));
  using Plain = std::remove_reference_t<Awaiter>;

 public:
  template <typename Make>
  CarryingAwaiter(Task& task, Make&& make)
      : task_(task),
        awaitable_(std::forward<Make>(make)()),
        awaiter_(awaiter_of(static_cast<Awaitable&&>(awaitable_))) {}
  CarryingAwaiter(const CarryingAwaiter&) = delete;
  CarryingAwaiter& operator=(const CarryingAwaiter&) = delete;

  bool await_ready() noexcept(noexcept(std::declval<Plain&>().await_ready())) {
    return static_cast<bool>(awaiter_.await_ready());
  }
  template <typename Promise>
  [[gnu::noinline]] auto await_suspend(std::coroutine_handle<Promise> frame) noexcept(
      noexcept(std::declval<Plain&>().await_suspend(frame))) {
    task_.leave();
    if constexpr (noexcept(awaiter_.await_suspend(frame))) {
      return awaiter_.await_suspend(frame);
    } else {
      ReturnOnThrow guard{&task_};
      if constexpr (std::is_void_v<decltype(awaiter_.await_suspend(frame))>) {
        awaiter_.await_suspend(frame);
        guard.task = nullptr;
      } else {
        auto next = awaiter_.await_suspend(frame);
        guard.task = nullptr;
        return next;
      }
    }
  }
  decltype(auto) await_resume() noexcept(noexcept(std::declval<Plain&>().await_resume())) {
    task_.enter();  // for the first time, where a coroutine begins without suspending
    return awaiter_.await_resume();
  }

 private:
  // An awaiter that throws has not suspended the coroutine.
  struct ReturnOnThrow {
    Task* task;
    ~ReturnOnThrow() {
      if (task != nullptr) task->enter();
    }
  };

  Task& task_;
  Awaitable awaitable_;
  Awaiter awaiter_;
};

// `make`: gives the awaitable, which is kept if it is a value.
template <typename Task, typename Make>
[[nodiscard]] auto carry(Task& task, Make&& make) {
  return CarryingAwaiter<Task, std::invoke_result_t<Make>>(task, std::forward<Make>(make));
}

}  // namespace detail
}  // namespace nanospan
