#include <sched.h>

#include "capture/detached_pool.h"

namespace nanospan::capture {

DetachedLock::DetachedLock(detail::DetachedControl* control) noexcept : control_(control) {
  if (control_ == nullptr) return;
  // Acquire pairs with the release in the destructor of the holder before.
  for (unsigned tries = 0; control_->locked.exchange(1, std::memory_order_acquire) != 0; ++tries)
    if (tries > 64) sched_yield();
}

DetachedLock::~DetachedLock() {
  if (control_ != nullptr) control_->locked.store(0, std::memory_order_release);
}

}  // namespace nanospan::capture
