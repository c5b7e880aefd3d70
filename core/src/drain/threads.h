// Background threads: no signals but faults of their own, a name, a place to run.
#pragma once

#include <pthread.h>

#include "drain/options.h"
#include "nanospan/status.h"

namespace nanospan::drain {

// std::thread reports by exceptions, and takes any callable: more text than a thread of ours needs.
class Thread {
 public:
  // All signals but faults are blocked in it, so that the application's handlers never run there.
  // Errors: the system gives no further thread.
  Status start(void* (*body)(void*), void* with);
  [[nodiscard]] bool is_started() const noexcept { return is_started_; }
  void join() noexcept;
  void detach() noexcept;

 private:
  pthread_t id_{};
  bool is_started_ = false;  // and neither joined nor detached
};

// The calling thread's name, and where it may run. What can't be set (affinity, niceness) is logged
// and left; of several threads with the same options one `warns`.
void place_thread(const char* name, const DrainOptions& options, bool warns);

// The calling thread, when it wakes up, need not wait for the end of another's slice, which is some
// milliseconds: in one a ring may fill. It gets no more time than before, only sooner. Where the
// kernel knows no slices of a thread's own, nothing changes.
// Source: Linux 6.12, sched_setattr(2), sched_runtime of SCHED_OTHER.
void ask_for_short_slices() noexcept;

}  // namespace nanospan::drain
