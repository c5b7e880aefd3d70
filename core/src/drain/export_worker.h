// The export worker: a thread of its own, so that a slow exporter never keeps the drain from
// reading.
//
// Threads: take_empty() and submit() from the drain alone; the exporters are called by the worker
// alone, one call at a time, in the order of submission.
// Limits: options.batches_max parcels; when all are out, spans stay in their rings.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "decode/batch_builder.h"
#include "drain/options.h"
#include "nanospan/exporter.h"
#include "region/region.h"

namespace nanospan::drain {

// Where a lane's cursor stood when its batch was complete.
struct LaneMark {
  std::uint32_t lane = 0;
  std::uint64_t position = 0;
  std::uint64_t records = 0;
  std::uint64_t overwritten = 0;
};

// A batch on its way, and what may be confirmed once it is answered for.
struct Parcel {
  decode::BatchBuilder spans;
  std::vector<LaneMark> marks;
};

// Somebody who waits for all that was submitted before.
struct FlushTicket {
  explicit FlushTicket(Deadline until) noexcept : deadline(until) {}
  const Deadline deadline;
  std::vector<std::uint64_t>
      targets;  // the drain's: positions of the lanes at the time of the call

  void finish(bool success);
  [[nodiscard]] bool wait();  // false: failed, or the deadline has passed

 private:
  std::mutex mutex_;
  std::condition_variable finished_;
  bool done_ = false, success_ = false;
};
using FlushTicketPtr = std::shared_ptr<FlushTicket>;

class ExportWorker {
 public:
  ExportWorker(region::Region& region, std::vector<std::shared_ptr<Exporter>> exporters,
               const DrainOptions& options);
  ExportWorker(const ExportWorker&) = delete;
  ExportWorker& operator=(const ExportWorker&) = delete;
  ~ExportWorker();

  [[nodiscard]] Parcel* take_empty();  // nullptr: all are out
  void give_back(Parcel* unused);
  void submit(Parcel* parcel);
  void submit_flush(FlushTicketPtr ticket);
  // After all that was submitted the exporters are shut down. False: not by the deadline; the
  // thread is left alone with what it needs, and ends when its exporter does.
  bool stop(Deadline deadline);

 private:
  struct State;
  static void run(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;  // shared with the thread, which may outlive this object
  std::thread thread_;
};

}  // namespace nanospan::drain
