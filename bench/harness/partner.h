// Partner: a second thread that records at the same time.
//
// Threads: it runs on the drain's core; who makes it asks.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <utility>

#include "harness/machine.h"
#include "harness/pace.h"

namespace nanospan::bench {

// A thread on the other core that runs a loop when told, in step with the caller.
class Partner {
 public:
  // `prepare`: what a recorder asks of a thread before its first span.
  explicit Partner(std::function<void()> prepare)
      : thread_([this, prepare = std::move(prepare)] { serve(prepare); }) {}
  Partner(const Partner&) = delete;
  Partner& operator=(const Partner&) = delete;
  ~Partner() {
    start(nullptr, 0);
    thread_.join();
  }

  // ns per operation of each of the two, the mean.
  double run_both(Loop loop, std::size_t operations) {
    start(loop, operations);
    const double here = run_in_step();
    done_.wait(false, std::memory_order_acquire);
    done_.store(false, std::memory_order_relaxed);
    return (here + theirs_) / 2;
  }

 private:
  void start(Loop loop, std::size_t operations) {
    loop_ = loop;
    operations_ = operations;
    ready_.store(0, std::memory_order_relaxed);
    turn_.fetch_add(1, std::memory_order_release);
    turn_.notify_one();
  }

  // Both are awake on their cores before either begins, and neither leaves while the other
  // measures.
  double run_in_step() {
    meet(2);
    const double ns = ns_flat_out(loop_, operations_);
    meet(4);
    return ns;
  }
  void meet(unsigned arrivals) {
    ready_.fetch_add(1, std::memory_order_acq_rel);
    while (ready_.load(std::memory_order_acquire) < arrivals) {
    }
  }

  void serve(const std::function<void()>& prepare) {
    pin_this_thread(drain_cpu());
    prepare();
    for (unsigned seen = 0;; ++seen) {
      turn_.wait(seen, std::memory_order_acquire);
      if (loop_ == nullptr) return;
      theirs_ = run_in_step();
      done_.store(true, std::memory_order_release);
      done_.notify_one();
    }
  }

  std::atomic<unsigned> turn_{0}, ready_{0};  // stored by both; pairs as written above
  std::atomic<bool> done_{false};
  Loop loop_ = nullptr;  // these two: written before turn_, read after it
  std::size_t operations_ = 0;
  double theirs_ = 0;  // written before done_, read after it
  std::thread thread_;
};

}  // namespace nanospan::bench
