// The CPU clocks of the threads that answer requests, how many they answered, and with how many
// spans.
//
// Threads: count_request() from the request threads; total() from any.
#pragma once

#include <pthread.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>

namespace nanospan::bench {

inline std::uint64_t cpu_clock_ns(clockid_t clock) {
  timespec used{};
  clock_gettime(clock, &used);
  return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(used.tv_nsec);
}

class RequestThreads {
 public:
  struct Total {
    std::uint64_t requests = 0, spans = 0, cpu_ns = 0;
  };

  // With as many spans. Calls `prepare` where the calling thread is new.
  template <typename Prepare>
  void count_request(unsigned spans, Prepare&& prepare) {
    thread_local Thread* mine = nullptr;
    if (mine == nullptr) {
      prepare();
      mine = add_this_thread();
    }
    add(mine->requests, 1);
    add(mine->spans, spans);
  }

  [[nodiscard]] Total total() {
    const std::lock_guard lock(mutex_);
    Total total;
    for (const Thread& thread : threads_) {
      total.requests += thread.requests.load(std::memory_order_relaxed);
      total.spans += thread.spans.load(std::memory_order_relaxed);
      total.cpu_ns += cpu_clock_ns(thread.clock);
    }
    return total;
  }

 private:
  struct Thread {
    clockid_t clock{};
    std::atomic<std::uint64_t> requests{0}, spans{0};  // stored by that thread alone
  };

  static void add(std::atomic<std::uint64_t>& count, std::uint64_t more) {
    count.store(count.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }

  Thread* add_this_thread() {
    const std::lock_guard lock(mutex_);
    Thread& thread = threads_.emplace_back();
    pthread_getcpuclockid(pthread_self(), &thread.clock);
    return &thread;
  }

  std::mutex mutex_;
  std::deque<Thread> threads_;  // addresses stay
};

}  // namespace nanospan::bench
