// What a thread has beside its lane: contexts that no lane holds, and what a fork leaves behind.
#pragma once

#include <atomic>
#include <optional>
#include <utility>

#include "nanospan/context.h"
#include "nanospan/detail/lane_control.h"

namespace nanospan::capture {

// The context current on this thread where no lane holds one; nullptr: none.
[[nodiscard]] const Context* context_without_lane() noexcept;
// The innermost that was set on it, not what a forked child has of its parent.
[[nodiscard]] const Context* context_set_without_lane() noexcept;
// Sets that; returns the one before.
const Context* set_context_without_lane(const Context* innermost) noexcept;

// This thread's lane if it is of the running recorder, else nullptr.
[[nodiscard]] detail::LaneControl* lane_in_use() noexcept;

// For pthread_atfork: the forking thread's context is what its child's roots descend from.
void remember_context_for_child() noexcept;
void forget_context_in_parent() noexcept;
void forget_lane_in_child() noexcept;
// Before the first lane: a forked child must not find it half made by a thread that it has not.
void make_exit_key() noexcept;

// True while this thread holds a lock that a recording call may want and that no busy gate covers.
extern constinit thread_local bool holds_lock;

// Stands before such a lock, so that a handler which interrupts its holder drops and counts what it
// would record, and does not wait for itself. The gate is for the region's own lock, which the
// holder takes too, and which any call may want that has a lane already.
class LockMark {
 public:
  LockMark() noexcept;
  ~LockMark();
  LockMark(const LockMark&) = delete;
  LockMark& operator=(const LockMark&) = delete;

 private:
  bool outer_;
  std::optional<detail::BusyGate> busy_;
};

}  // namespace nanospan::capture
