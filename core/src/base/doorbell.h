// Doorbell: one thread sleeps on it for a while; whoever has work for it rings.
//
// A ring is a load, but for the first one of a sleep, which is a system call. So a writer on the
// hot path may ring, and a signal handler too: nothing is locked or allocated, errno is kept.
// Threads: sleep() from one thread; the rest from any, and from handlers. It orders nothing but
// itself: what the sleeper is to see is published by other means.
// Source: Linux futex(2), FUTEX_WAIT and FUTEX_WAKE, private to the process.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace nanospan::base {

class Doorbell {
 public:
  // Counts falling asleep and waking; odd while somebody sleeps.
  using Sleep = std::uint32_t;
  static constexpr bool is_asleep(Sleep sleep) noexcept { return sleep % 2 != 0; }
  [[nodiscard]] Sleep now() const noexcept { return state_.load(std::memory_order_relaxed); }

  // Ends this very sleep; one that is over already, or none, costs a compare.
  void ring(Sleep sleep) noexcept;
  // Ends the sleep that is going on, if any. With a flag that was set before under a mutex, which
  // the sleeper takes between lie_down() and sleep(), no wish is lost.
  void ring() noexcept { ring(now()); }

  // The sleeper: from here on a ring counts.
  [[nodiscard]] Sleep lie_down() noexcept;
  // Until a ring or for `longest`, at the latest. True: it was rung.
  bool sleep(Sleep sleep, std::chrono::nanoseconds longest) noexcept;

 private:
  std::atomic<Sleep> state_{0};
};

}  // namespace nanospan::base
