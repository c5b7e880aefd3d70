// Drain: the background thread that follows every lane and hands what it reads to the exporters.
//
// Threads: start() once; flush() from any number of threads at once; shutdown() once. Threads that
// record never touch anything of it: they do not know that it is there.
// Invariants: committed = delivered + refused + unexported + overwritten + damaged + in_export +
// in_ring, in the region's header, exact after a flush.
#pragma once

#include <memory>
#include <vector>

#include "drain/options.h"
#include "nanospan/exporter.h"
#include "region/region.h"

namespace nanospan::drain {

class Drain {
 public:
  Drain() noexcept;
  Drain(const Drain&) = delete;
  Drain& operator=(const Drain&) = delete;
  ~Drain();  // shuts down at once if shutdown() was not called

  // Without exporters spans are read and counted as unexported.
  void start(region::Region& region, std::vector<std::shared_ptr<Exporter>> exporters,
             std::shared_ptr<const Resource> resource, const DrainOptions& options);
  // What was committed before the call has been exported, and the exporters have flushed. False: an
  // exporter failed to, or the deadline has passed.
  [[nodiscard]] bool flush(Deadline deadline);
  // False: an exporter did not come back by the deadline; its thread is left to end by itself.
  bool shutdown(Deadline deadline);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace nanospan::drain
