// bind_context: a callable that takes the current context along to wherever it is called.
//
//   pool.post(nanospan::bind_context([&] { compress(file); }));  // its spans are children of ours
//   auto here = nanospan::bind_context(pool);  // what it posts: likewise
//   here.post([&] { compress(file); });
//
// Why a copy of the callable with a Context beside it, and no std::function: what a pool or a
// callback takes stays a value of its own type, and nothing is allocated that the pool does not.
// Threads: values. Memory: a Context beside the callable.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "nanospan/context.h"

namespace nanospan {

// What bind_context() makes: calls `Function` under a ContextScope. As often as it may be called,
// copied or moved itself.
template <typename Function>
class BoundFunction {
 public:
  template <typename F>
  BoundFunction(Context context, F&& function)
      : context_(std::move(context)), function_(std::forward<F>(function)) {}

  template <typename... Args>
  requires std::invocable<Function&, Args...>
  decltype(auto) operator()(Args&&... args) & {
    const ContextScope scope(context_);
    return std::invoke(function_, std::forward<Args>(args)...);
  }
  template <typename... Args>
  requires std::invocable<const Function&, Args...>
  decltype(auto) operator()(Args&&... args) const& {
    const ContextScope scope(context_);
    return std::invoke(function_, std::forward<Args>(args)...);
  }
  template <typename... Args>
  requires std::invocable<Function, Args...>
  decltype(auto) operator()(Args&&... args) && {
    const ContextScope scope(context_);
    return std::invoke(std::move(function_), std::forward<Args>(args)...);
  }

 private:
  Context context_;
  Function function_;
};

// An executor, thread pool or strand whose tasks run in the context of who hands them in. It has
// those of post, submit, execute and dispatch that the executor has, with a callable as the first
// argument. Memory: refers to the executor, which must outlive it.
template <typename Executor>
class BoundExecutor {
 public:
  explicit BoundExecutor(Executor& executor) noexcept : executor_(&executor) {}

  template <typename F, typename... More>
  decltype(auto) post(F&& task, More&&... more) const {
    return executor_->post(bound(std::forward<F>(task)), std::forward<More>(more)...);
  }
  template <typename F, typename... More>
  decltype(auto) submit(F&& task, More&&... more) const {
    return executor_->submit(bound(std::forward<F>(task)), std::forward<More>(more)...);
  }
  template <typename F, typename... More>
  decltype(auto) execute(F&& task, More&&... more) const {
    return executor_->execute(bound(std::forward<F>(task)), std::forward<More>(more)...);
  }
  template <typename F, typename... More>
  decltype(auto) dispatch(F&& task, More&&... more) const {
    return executor_->dispatch(bound(std::forward<F>(task)), std::forward<More>(more)...);
  }

 private:
  template <typename F>
  static BoundFunction<std::decay_t<F>> bound(F&& task) {
    return {current_context(), std::forward<F>(task)};
  }

  Executor* executor_;
};

namespace detail {
struct AnyTask {
  void operator()() const noexcept {}
};
template <typename E>
concept ExecutorLike = requires(E& executor) {
  executor.post(AnyTask{});
}
|| requires(E& executor) {
  executor.submit(AnyTask{});
}
|| requires(E& executor) {
  executor.execute(AnyTask{});
};
}  // namespace detail

// With the context that is current here.
template <typename F>
requires(!detail::ExecutorLike<std::remove_reference_t<F>>)
    [[nodiscard]] BoundFunction<std::decay_t<F>> bind_context(F&& function) {
  return {current_context(), std::forward<F>(function)};
}
// With another: that of a detached span, of a message, or Context::root().
template <typename F>
[[nodiscard]] BoundFunction<std::decay_t<F>> bind_context(Context context, F&& function) {
  return {std::move(context), std::forward<F>(function)};
}
template <detail::ExecutorLike Executor>
[[nodiscard]] BoundExecutor<Executor> bind_context(Executor& executor) noexcept {
  return BoundExecutor<Executor>(executor);
}

}  // namespace nanospan
