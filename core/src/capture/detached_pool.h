// The pool of open slots for spans that no stack holds.
//
// Threads: any; a mutex for the free list, and one lock word a slot for what is done to its span.
// Memory: the slots stand in the region, in chunks of 64; the controls are private.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "base/arena.h"
#include "nanospan/detail/layout.h"

namespace nanospan::region {
class Region;
}

namespace nanospan::detail {

// Private half of a slot of the pool; never freed, so that a handle may always look at it.
struct DetachedControl {
  std::atomic<std::uint32_t> locked{0};  // 1: somebody works on the span; owner: who set it
  // Of the span that has the slot; 0: free. Stored by who takes the slot, alone with it, and under
  // the lock by who ends the span; loaded under it by any handle, also of a span before.
  Word generation{0};
  std::uint64_t epoch = 0;  // of the runtime whose region the slot is in
  OpenSlot* slot = nullptr;
  DetachedControl* next_free = nullptr;  // under the pool's mutex
};

}  // namespace nanospan::detail

namespace nanospan::capture {

struct DetachedPool {
  std::mutex mutex;
  base::Arena arena{4096};  // of the controls: a handler may start the span that finds none free
  detail::DetachedControl* free = nullptr;
  std::uint64_t generations = 0;

  // A slot with a new generation, or nullptr: the pool, the budget or memory is used up.
  [[nodiscard]] detail::DetachedControl* take(region::Region& region, std::uint64_t epoch);
  void give(detail::DetachedControl& control) noexcept;
};

// Holds the lock of a detached span for as long as it lives; nothing for a scoped one. Spins:
// whoever holds it does so for nanoseconds, and never while a handler of its own thread can want
// it.
class DetachedLock {
 public:
  explicit DetachedLock(detail::DetachedControl* control) noexcept;
  ~DetachedLock();
  DetachedLock(const DetachedLock&) = delete;
  DetachedLock& operator=(const DetachedLock&) = delete;

 private:
  detail::DetachedControl* control_;
};

}  // namespace nanospan::capture
