// The export worker: a thread of its own, so that a slow exporter never keeps the drain from
// reading.
//
// Threads: take_empty() and submit() from the drain alone; the exporters are called by the worker
// alone, one call at a time, in the order of submission.
// Limits: options.batches_max parcels, and one of the backlog; when all are out, spans stay in
// their rings. Errors: what an exporter throws counts as its failure. One that does not come back
// by the deadline of stop() is left behind with its thread: its spans stay counted as in_export and
// are not confirmed, so that whoever recovers the region finds them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "drain/flush_ticket.h"
#include "drain/options.h"
#include "drain/parcel.h"
#include "drain/threads.h"
#include "nanospan/exporter.h"
#include "nanospan/status.h"
#include "region/region.h"

namespace nanospan::drain {

class ExportWorker {
 public:
  ExportWorker(region::Region& region, const std::vector<std::shared_ptr<Exporter>>& exporters,
               const DrainOptions& options);
  ExportWorker(const ExportWorker&) = delete;
  ExportWorker& operator=(const ExportWorker&) = delete;
  ~ExportWorker();

  // Errors: the system gives no further thread.
  Status start();
  [[nodiscard]] Parcel* take_empty() noexcept;  // nullptr: all are out
  void give_back(Parcel* unused) noexcept;
  // False: there was no memory to pass it on; it is still the drain's.
  [[nodiscard]] bool submit(Parcel* parcel) noexcept;
  // The backlog has one parcel, the drain's again, empty, once it was answered for. False: no
  // memory to pass it on; it is empty again.
  [[nodiscard]] Parcel& backlog_parcel() noexcept;
  [[nodiscard]] bool submit_backlog() noexcept;
  enum class BacklogAnswer : std::uint8_t { kNone, kPending, kDelivered, kFailed };
  // Of the last one. kDelivered and kFailed are told once.
  [[nodiscard]] BacklogAnswer take_backlog_answer() noexcept;
  void submit_flush(const FlushTicketPtr& ticket) noexcept;
  // After all that was submitted the exporters are shut down. False: not by the deadline; the
  // thread is left alone with what it needs, touches the region no more, and ends when its exporter
  // comes back. Again: the same answer.
  bool stop(Deadline deadline) noexcept;

 private:
  struct State;
  static void run(State& state);
  [[nodiscard]] bool end(Deadline deadline) noexcept;
  std::shared_ptr<State> state_;  // shared with the thread, which may outlive this object
  Thread thread_;
  std::optional<bool> ended_well_;
};

}  // namespace nanospan::drain
