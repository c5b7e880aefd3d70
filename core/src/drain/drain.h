// Drain: the background thread that follows every lane and hands what it reads to the exporters.
//
// Threads: start() once; flush() and shutdown() from any number of threads at once, at any time.
// Threads that record never touch anything of it: they do not know that it is there.
// Invariants: committed = delivered + refused + unexported + overwritten + damaged + in_export +
// in_ring, in the region's header, exact after a flush. What is counted is confirmed in its lane at
// the same time, when the exporters have answered, so that a recoverer goes on where counting
// ended. Errors: want of memory costs the spans that were being read (refused), never the process.
#pragma once

#include <memory>
#include <vector>

#include "drain/backlog.h"
#include "drain/options.h"
#include "nanospan/exporter.h"
#include "nanospan/status.h"
#include "region/region.h"

namespace nanospan::drain {

class Drain {
 public:
  Drain() noexcept;
  Drain(const Drain&) = delete;
  Drain& operator=(const Drain&) = delete;
  ~Drain();  // shuts down at once if shutdown() was not called

  // Before start(): what is exported beside the region's spans, as the rings leave time for it. A
  // flush waits for it too.
  void give_backlog(std::unique_ptr<Backlog> backlog) noexcept { backlog_ = std::move(backlog); }
  // Without exporters spans are read and counted as unexported.
  // Errors: the system gives no further thread; the exporters are shut down then.
  Status start(region::Region& region, const std::vector<std::shared_ptr<Exporter>>& exporters,
               const std::shared_ptr<const Resource>& resource, const DrainOptions& options);
  // What was committed before the call has been exported, and the exporters have flushed. False: an
  // exporter failed to, the deadline has passed, or the drain is shut down.
  [[nodiscard]] bool flush(Deadline deadline) noexcept;
  // Reads a last time, and lets the exporters finish. False: one of them did not come back by the
  // deadline; its thread is left to end by itself, and what it had been given stays in_export and
  // unconfirmed. Again: the same answer.
  bool shutdown(Deadline deadline) noexcept;

 private:
  class Loop;
  std::unique_ptr<Backlog> backlog_;  // until start()
  std::unique_ptr<Loop> loop_;
};

}  // namespace nanospan::drain
