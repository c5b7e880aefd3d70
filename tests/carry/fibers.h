// Fibers of ucontext.h and a scheduler that serves them by turns, on several threads.
//
//   Fibers fibers(2);
//   fibers.start([](Fiber& self) { …; self.wait(); …; });  // in the context that is current here
//   fibers.run();                                          // until each has ended
//
// Why no fiber stays on its thread: one that waits goes on on the next, so that each switch is also
// a change of threads, whatever the machine does.
// Threads: a fiber belongs to the thread that runs it. Invariants: no fiber waits in a catch block:
// the exceptions that are caught belong to the thread.
#pragma once

#include <ucontext.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "carry/switched_stack.h"
#include "nanospan/swap_context.h"
#include "support/threads.h"

namespace nanospan::test {

class Fiber {
 public:
  // What a fiber throws that is to end at its wait().
  struct Cancelled {};

  explicit Fiber(std::function<void(Fiber&)> body) : body_(std::move(body)) {
    if (getcontext(&own_) != 0) std::abort();
    own_.uc_stack.ss_sp = memory_.data();
    own_.uc_stack.ss_size = memory_.size();
    stack_.be(memory_.data(), memory_.size());
    // makecontext() hands on numbers of 32 bits.
    const auto self = reinterpret_cast<std::uintptr_t>(this);
    makecontext(&own_, reinterpret_cast<void (*)()>(&Fiber::enter), 2,
                static_cast<unsigned>(self >> 32), static_cast<unsigned>(self));
  }
  // Of one that has not ended nothing runs any more, and no destructor of what it holds.
  ~Fiber() = default;
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // By a thread: until it waits or ends.
  [[gnu::noinline]] void go_on() {
    Context mine = swap_context(context_);
    before_switch(thread_, stack_);
    swapcontext(&resumer_, &own_);
    after_switch(thread_, stack_);
    context_ = swap_context(mine);
  }
  // By the fiber: its thread goes on where it called go_on().
  [[gnu::noinline]] void wait() {
    before_switch(stack_, thread_);
    swapcontext(&own_, &resumer_);
    after_switch(stack_, thread_);
    if (is_cancelled_) throw Cancelled();
  }
  // Its wait() throws, so that what it holds is destroyed, by this thread.
  void cancel() {
    is_cancelled_ = true;
    go_on();
  }
  [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }

 private:
  static void enter(unsigned high, unsigned low) {
    auto* const self =
        reinterpret_cast<Fiber*>(static_cast<std::uintptr_t>(high) << 32 | std::uintptr_t{low});
    after_switch(self->stack_, self->thread_);
    self->run();
    before_last_switch(self->thread_);
    setcontext(&self->resumer_);
  }
  void run() {
    try {
      body_(*this);
    } catch (const Cancelled&) {
    }
    has_ended_ = true;
  }

  static constexpr std::size_t kStackBytes = 256 * 1024;

  std::function<void(Fiber&)> body_;
  std::vector<char> memory_ = std::vector<char>(kStackBytes);
  Context context_ = current_context();
  ucontext_t own_ = {}, resumer_ = {};
  SwitchedStack stack_, thread_;
  bool has_ended_ = false;
  bool is_cancelled_ = false;
};

class Fibers {
 public:
  explicit Fibers(int threads) : ready_(static_cast<std::size_t>(threads)) {}

  void start(std::function<void(Fiber&)> body) {
    fibers_.push_back(std::make_unique<Fiber>(std::move(body)));
    ready_[fibers_.size() % ready_.size()].push_back(fibers_.back().get());
    ++left_;
  }
  // `serve(fiber)` is what a thread does with one: fiber.go_on(), and what it looks at then.
  template <typename F>
  void run(const F& serve) {
    run_threads(static_cast<int>(ready_.size()),
                [&](int thread) { work(static_cast<std::size_t>(thread), serve); });
  }

 private:
  template <typename F>
  void work(std::size_t thread, const F& serve) {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return !ready_[thread].empty() || left_ == 0; });
      if (ready_[thread].empty()) return;
      Fiber& next = *ready_[thread].front();
      ready_[thread].pop_front();
      lock.unlock();
      serve(next);
      lock.lock();
      if (next.has_ended())
        --left_;
      else
        ready_[(thread + 1) % ready_.size()].push_back(&next);
      wake_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<std::deque<Fiber*>> ready_;  // of each thread
  int left_ = 0;
};

}  // namespace nanospan::test
