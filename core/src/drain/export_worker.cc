#include "drain/export_worker.h"

#include <concurrentqueue/blockingconcurrentqueue.h>

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "drain/threads.h"
#include "nanospan/detail/publish.h"

namespace nanospan::drain {
namespace {

// One of them is set; none: stop.
struct Item {
  Parcel* parcel = nullptr;
  FlushTicketPtr ticket;
};

constexpr auto kLogInterval = std::chrono::minutes(1);

}  // namespace

void FlushTicket::finish(bool success) {
  const std::lock_guard lock(mutex_);
  done_ = true;
  success_ = success;
  finished_.notify_all();
}

bool FlushTicket::wait() {
  std::unique_lock lock(mutex_);
  return finished_.wait_until(lock, deadline, [this] { return done_; }) && success_;
}

struct ExportWorker::State {
  State(region::Region& of, std::vector<std::shared_ptr<Exporter>> to, const DrainOptions& how)
      : region(of), exporters(std::move(to)), options(how) {}

  region::Region& region;
  std::vector<std::shared_ptr<Exporter>> exporters;
  DrainOptions options;
  moodycamel::BlockingConcurrentQueue<Item> items;
  moodycamel::ConcurrentQueue<Parcel*> empty;
  std::vector<std::unique_ptr<Parcel>> parcels;
  std::atomic<std::int64_t> stop_deadline_ns{0};  // stop(), before its item; steady clock
  std::optional<std::chrono::steady_clock::time_point> last_logged;
  std::mutex mutex;
  std::condition_variable ended;
  bool has_ended = false;

  bool export_to(Exporter& exporter, const SpanBatch& batch);
  bool export_to_all(const SpanBatch& batch);
  void deliver(Parcel& parcel);
  void confirm(const Parcel& parcel);
  void flush(FlushTicket& ticket);
  void shut_down();
  void log_failure(const Exporter& exporter, const char* why);
};

void ExportWorker::State::log_failure(const Exporter& exporter, const char* why) {
  const auto now = std::chrono::steady_clock::now();
  if (last_logged && now - *last_logged < kLogInterval) return;
  last_logged = now;
  base::log(LogLevel::kError, "An export to " + exporter.describe() + " failed (" + why +
                                  "); its spans are counted as refused. Said once a minute.");
}

bool ExportWorker::State::export_to(Exporter& exporter, const SpanBatch& batch) {
  try {
    const Deadline deadline = std::chrono::steady_clock::now() + options.export_timeout;
    if (exporter.export_batch(batch, deadline) == ExportResult::kSuccess) return true;
    log_failure(exporter, "the exporter refused the batch");
  } catch (const std::exception& error) {
    log_failure(exporter, error.what());
  } catch (...) {
    log_failure(exporter, "an exception of an unknown type");
  }
  return false;
}

bool ExportWorker::State::export_to_all(const SpanBatch& batch) {
  bool all = true;
  for (const auto& exporter : exporters) all &= export_to(*exporter, batch);
  return all;
}

void ExportWorker::State::confirm(const Parcel& parcel) {
  for (const LaneMark& mark : parcel.marks) {
    format::LaneHeader& lane = region.lane(mark.lane);
    detail::store(lane.lost_overwritten, mark.overwritten);
    detail::store(lane.confirmed_records, mark.records);
    // Pairs with a recoverer's acquire load: what stands before the position was answered for.
    detail::publish(lane.confirmed_position, mark.position);
  }
}

void ExportWorker::State::deliver(Parcel& parcel) {
  format::RegionHeader& header = region.header();
  const std::uint64_t spans = parcel.spans.size();
  if (spans != 0) {
    detail::Word& outcome = exporters.empty()                     ? header.unexported
                            : export_to_all(parcel.spans.batch()) ? header.delivered
                                                                  : header.refused;
    outcome.fetch_add(spans, std::memory_order_relaxed);
    header.in_export.fetch_sub(spans, std::memory_order_relaxed);
  }
  confirm(parcel);
  parcel.spans.clear();
  parcel.marks.clear();
}

void ExportWorker::State::flush(FlushTicket& ticket) {
  bool all = true;
  for (const auto& exporter : exporters) {
    try {
      all &= exporter->flush(ticket.deadline);
    } catch (...) {
      log_failure(*exporter, "flush() threw an exception");
      all = false;
    }
  }
  ticket.finish(all);
}

void ExportWorker::State::shut_down() {
  const Deadline deadline{std::chrono::nanoseconds(stop_deadline_ns.load())};
  for (const auto& exporter : exporters) {
    try {
      exporter->shutdown(deadline);
    } catch (...) {
      log_failure(*exporter, "shutdown() threw an exception");
    }
  }
  exporters.clear();
  const std::lock_guard lock(mutex);
  has_ended = true;
  ended.notify_all();
}

void ExportWorker::run(const std::shared_ptr<State>& state) {
  for (Item item;;) {
    state->items.wait_dequeue(item);
    if (item.parcel != nullptr) {
      state->deliver(*item.parcel);
      state->empty.enqueue(item.parcel);
    } else if (item.ticket != nullptr) {
      state->flush(*item.ticket);
    } else {
      return state->shut_down();
    }
    item = {};
  }
}

ExportWorker::ExportWorker(region::Region& region, std::vector<std::shared_ptr<Exporter>> exporters,
                           const DrainOptions& options)
    : state_(std::make_shared<State>(region, std::move(exporters), options)) {
  for (std::uint32_t i = 0; i < options.batches_max; ++i) {
    state_->parcels.push_back(std::make_unique<Parcel>());
    state_->empty.enqueue(state_->parcels.back().get());
  }
  thread_ = start_thread("nanospan-export", options, [state = state_] { run(state); });
}

ExportWorker::~ExportWorker() {
  if (thread_.joinable()) stop(std::chrono::steady_clock::now());
}

Parcel* ExportWorker::take_empty() {
  Parcel* parcel = nullptr;
  return state_->empty.try_dequeue(parcel) ? parcel : nullptr;
}

void ExportWorker::give_back(Parcel* unused) {
  state_->empty.enqueue(unused);
}

void ExportWorker::submit(Parcel* parcel) {
  state_->region.header().in_export.fetch_add(parcel->spans.size(), std::memory_order_relaxed);
  state_->items.enqueue(Item{parcel, nullptr});
}

void ExportWorker::submit_flush(FlushTicketPtr ticket) {
  state_->items.enqueue(Item{nullptr, std::move(ticket)});
}

bool ExportWorker::stop(Deadline deadline) {
  state_->stop_deadline_ns.store(deadline.time_since_epoch().count());
  state_->items.enqueue(Item{});
  std::unique_lock lock(state_->mutex);
  const bool ended = state_->ended.wait_until(lock, deadline, [&] { return state_->has_ended; });
  lock.unlock();
  if (ended)
    thread_.join();
  else
    thread_.detach();
  return ended;
}

}  // namespace nanospan::drain
