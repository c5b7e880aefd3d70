// FlushTicket: somebody who waits for all that was committed before.
//
// Threads: made by who waits; the drain fills in the targets, then it goes with the batches to the
// export worker. finish() once, by either.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include "base/pod_vector.h"
#include "nanospan/exporter.h"

namespace nanospan::drain {

struct FlushTicket {
  explicit FlushTicket(Deadline until) noexcept : deadline(until) {}
  const Deadline deadline;
  base::PodVector<std::uint64_t> targets;  // positions of the lanes when the drain took it up

  void finish(bool success) {
    const std::lock_guard lock(mutex_);
    done_ = true;
    success_ = success;
    finished_.notify_all();
  }
  // False: failed, or the deadline has passed.
  [[nodiscard]] bool wait() {
    std::unique_lock lock(mutex_);
    return finished_.wait_until(lock, deadline, [this] { return done_; }) && success_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable finished_;
  bool done_ = false, success_ = false;
};
using FlushTicketPtr = std::shared_ptr<FlushTicket>;

}  // namespace nanospan::drain
