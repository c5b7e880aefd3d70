// A pool of threads with coroutines of two kinds: tasks of our own, whose promise is traced, and
// foreign ones, whose promise knows nothing of spans.
//
// Threads: a Pool's functions from any; what is posted runs on one of its threads.
#pragma once

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "nanospan/coroutine.h"

namespace nanospan::test {

class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
  }
  ~Pool() { join(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Returns when all that was posted, and posted by that, has run.
  void join() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  void post(std::function<void()> work) {
    {
      const std::lock_guard lock(mutex_);
      work_.push_back(std::move(work));
    }
    wake_.notify_one();
  }

  struct Schedule {
    Pool& pool;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) const {
      pool.post([frame] { frame.resume(); });
    }
    void await_resume() const noexcept {}
  };
  // Goes on on a thread of the pool.
  Schedule schedule() noexcept { return {*this}; }

  // How often a thread had somebody's context when its work was done.
  [[nodiscard]] int leaks() const {
    const std::lock_guard lock(mutex_);
    return leaks_;
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return !work_.empty() || (ends_ && running_ == 0); });
      if (work_.empty()) break;
      const std::function<void()> next = std::move(work_.front());
      work_.pop_front();
      ++running_;
      lock.unlock();
      next();
      const bool leaks = current_context().has_span();
      lock.lock();
      --running_;
      leaks_ += leaks ? 1 : 0;
      if (ends_ && running_ == 0) wake_.notify_all();
    }
  }

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> work_;
  int running_ = 0;
  int leaks_ = 0;
  bool ends_ = false;
  std::vector<std::thread> threads_;
};

// Lazy, with symmetric transfer to who awaits it, as cppcoro's.
struct PromiseBase {
  struct Final {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> frame) const noexcept {
      return frame.promise().continuation;
    }
    void await_resume() const noexcept {}
  };
  std::suspend_always initial_suspend() noexcept { return {}; }
  Final final_suspend() noexcept { return {}; }
  void return_void() noexcept {}
  void unhandled_exception() noexcept { failure = std::current_exception(); }

  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::exception_ptr failure;
};

template <template <typename> typename Traced>
class [[nodiscard]] LazyTask {
 public:
  struct promise_type : Traced<PromiseBase> {
    LazyTask get_return_object() {
      return LazyTask(std::coroutine_handle<promise_type>::from_promise(*this));
    }
  };
  LazyTask(LazyTask&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  LazyTask& operator=(LazyTask&&) = delete;
  ~LazyTask() {
    if (frame_) frame_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) const noexcept {
    frame_.promise().continuation = awaiting;
    return frame_;
  }
  void await_resume() const {
    if (frame_.promise().failure) std::rethrow_exception(frame_.promise().failure);
  }

  void resume() const { frame_.resume(); }
  [[nodiscard]] bool is_done() const noexcept { return frame_.done(); }

 private:
  explicit LazyTask(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
  std::coroutine_handle<promise_type> frame_;
};

template <typename Base>
struct Untraced : Base {};

using Task = LazyTask<TracedPromise>;
using ForeignTask = LazyTask<Untraced>;

}  // namespace nanospan::test
