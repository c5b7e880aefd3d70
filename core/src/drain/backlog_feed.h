// BacklogFeed: a backlog's batches into the export worker, one at a time, between the drain's
// passes.
//
// Threads: the drain's; end() when that has ended. Errors: what a backlog throws is its end.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "base/rate_limited_log.h"
#include "drain/backlog.h"
#include "drain/export_worker.h"

namespace nanospan::drain {

class BacklogFeed {
 public:
  explicit BacklogFeed(ExportWorker& worker) noexcept : worker_(worker) {}
  void give(std::unique_ptr<Backlog> backlog) noexcept { backlog_ = std::move(backlog); }

  // Something is left, or has not been answered for.
  [[nodiscard]] bool has_more() const noexcept { return backlog_ != nullptr; }
  // How long the drain may sleep: no longer than this while there is more.
  [[nodiscard]] std::chrono::nanoseconds shortened(std::chrono::nanoseconds sleep) const noexcept {
    constexpr std::chrono::nanoseconds kSleepMax = std::chrono::milliseconds(1);
    return has_more() && sleep > kSleepMax ? kSleepMax : sleep;
  }
  // One piece of work. True: there is more to do at once.
  [[nodiscard]] bool step() noexcept;
  // The worker has answered, or never will.
  void end() noexcept;

 private:
  // True: nothing of it is under way.
  [[nodiscard]] bool take_answer() noexcept;
  [[nodiscard]] bool offer_next();

  ExportWorker& worker_;
  std::unique_ptr<Backlog> backlog_;  // nullptr: there is none, or no more
  base::RateLimitedLog trouble_;
};

}  // namespace nanospan::drain
