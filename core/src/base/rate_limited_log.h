// RateLimitedLog: says one cause at most once a minute.
//
// One object for each cause (and each exporter), so that a noisy one hides no other.
// Threads: any. Errors: never throws; what can't be put into words for want of memory is not said.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

#include "base/log.h"

namespace nanospan::base {

class RateLimitedLog {
 public:
  using Clock = std::chrono::steady_clock;

  explicit RateLimitedLog(Clock::duration interval = std::chrono::minutes(1)) noexcept
      : interval_ns_(std::chrono::nanoseconds(interval).count()) {}

  // True: it is due, and the caller says it now.
  [[nodiscard]] bool take_turn(Clock::time_point now = Clock::now()) noexcept {
    const std::int64_t now_ns = std::chrono::nanoseconds(now.time_since_epoch()).count();
    std::int64_t due_ns = due_ns_.load(std::memory_order_relaxed);
    return now_ns >= due_ns && due_ns_.compare_exchange_strong(due_ns, now_ns + interval_ns_,
                                                               std::memory_order_relaxed);
  }
  // `make_message()` gives the text, and is called only when it is due.
  template <typename F>
  void say(LogLevel level, F&& make_message) noexcept {
    if (!take_turn()) return;
    try {
      log(level, make_message());
    } catch (...) {  // no memory for the text: the next turn may have it
    }
  }

 private:
  const std::int64_t interval_ns_;
  std::atomic<std::int64_t> due_ns_{std::numeric_limits<std::int64_t>::min()};
};

}  // namespace nanospan::base
