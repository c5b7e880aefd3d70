// Wake: ends a thread's sleep early.
//
// Threads: one waits, any signal. A signal that comes while nobody waits is kept for the next wait.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace nanospan::drain {

class Wake {
 public:
  void signal() {
    {
      const std::lock_guard lock(mutex_);
      signalled_ = true;
    }
    condition_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    condition_.wait(lock, [this] { return signalled_; });
    signalled_ = false;
  }
  // False: the time was up.
  bool wait_until(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex_);
    const bool was_signalled = condition_.wait_until(lock, until, [this] { return signalled_; });
    signalled_ = false;
    return was_signalled;
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool signalled_ = false;
};

}  // namespace nanospan::drain
