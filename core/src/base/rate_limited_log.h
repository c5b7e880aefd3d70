// RateLimitedLog: one cause is said at most once a minute.
//
//   if (trouble_.take_turn()) base::say(…);
// One object for each cause (and each exporter), so that a noisy one hides no other.
// Threads: any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

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

 private:
  const std::int64_t interval_ns_;
  std::atomic<std::int64_t> due_ns_{std::numeric_limits<std::int64_t>::min()};
};

}  // namespace nanospan::base
