// What one writes oneself in an afternoon: a struct of a span, and a thread that takes spans away.
//
// Threads: as each says.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>
#include <utility>

#include "nanospan/detail/tick_source.h"
#include "peers/peer.h"

namespace nanospan::bench::peers {

// 64 bytes: a span as small as ours in the ring.
struct OwnSpan {
  const char* name;
  std::uint64_t trace_high, trace_low, span, parent;
  std::uint64_t start, end;
  std::uint64_t thread;
};
static_assert(sizeof(OwnSpan) == 64);

// Ids as cheap as they get: a counter of the thread, spread by a multiplication. Any thread.
inline OwnSpan begin_own_span(const char* name) {
  static constinit thread_local std::uint64_t next_id = 0;
  const std::uint64_t id = ++next_id * 0x9E37'79B9'7F4A'7C15;
  return {name, id, ~id, id, 0, detail::read_ticks(), 0, 0};
}

// Takes spans away on a thread of its own, which sleeps when there are none.
class OwnConsumer {
 public:
  // `take` returns how many it took.
  explicit OwnConsumer(std::function<std::uint64_t()> take)
      : thread_([this, take = std::move(take)](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            const std::uint64_t taken = take();
            taken_.fetch_add(taken, std::memory_order_release);
            if (taken == 0) std::this_thread::sleep_for(std::chrono::microseconds(100));
          }
        }) {}

  // Returns when all of `spans` were taken.
  Delivery wait_for(std::uint64_t spans, std::uint64_t bytes_per_span) const {
    while (taken_.load(std::memory_order_acquire) < spans)
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    return {spans, 0, spans * bytes_per_span};
  }

 private:
  std::atomic<std::uint64_t> taken_{0};  // stored by thread_, loaded by the writer
  std::jthread thread_;
};

}  // namespace nanospan::bench::peers
