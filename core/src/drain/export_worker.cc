#include "drain/export_worker.h"

#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/sentence.h"
#include "base/shared.h"
#include "drain/export_target.h"
#include "drain/threads.h"
#include "nanospan/detail/publish.h"

namespace nanospan::drain {
struct ExportWorker::State {
  State(region::Region& of, const DrainOptions& how)
      : region(of), options(how), parcels(how.batches_max) {
    for (Parcel& parcel : parcels) put_empty(parcel);
  }

  region::Region& region;
  const DrainOptions options;
  std::list<ExportTarget> targets;
  std::vector<Parcel> parcels;
  std::atomic<BacklogAnswer> backlog_answer{BacklogAnswer::kNone};  // the drain and the worker
  std::atomic<const ExportTarget*> called{nullptr};  // the worker; who hangs, for the log

  std::mutex mutex;  // of what follows
  std::condition_variable changed;
  Parcel* empty = nullptr;  // the one that was used last is the first
  Parcel* first = nullptr;  // submitted, in order
  Parcel** end = &first;
  std::list<FlushTicketPtr> tickets;  // in order
  std::uint64_t submitted = 0, taken = 0;
  std::optional<Deadline> stop_deadline;  // set: it stops behind all that was submitted
  bool has_ended = false;
  bool is_abandoned = false;  // the region may be gone

  // One of them is set; none: stop.
  struct Item {
    Parcel* parcel = nullptr;
    FlushTicketPtr ticket;
  };
  [[nodiscard]] Item wait_for_item() noexcept;
  void put(Parcel& parcel) noexcept;
  void put_empty(Parcel& parcel) noexcept;
  bool export_to_all(const Parcel& parcel) noexcept;
  void take_back(Parcel& parcel) noexcept;
  void answer_backlog(Parcel& parcel, bool is_delivered) noexcept;
  void answer_for(Parcel& parcel, detail::Word& outcome) noexcept;
  void confirm(const Parcel& parcel) noexcept;
  void deliver(Parcel& parcel) noexcept;
  void flush(FlushTicket& ticket) noexcept;
  void shut_down() noexcept;
  void say_left_behind() noexcept;
};

void ExportWorker::State::put(Parcel& parcel) noexcept {
  const std::lock_guard lock(mutex);
  parcel.next = nullptr;
  *end = &parcel;
  end = &parcel.next;
  ++submitted;
  changed.notify_all();
}

// Under the mutex.
void ExportWorker::State::put_empty(Parcel& parcel) noexcept {
  parcel.next = std::exchange(empty, &parcel);
}

ExportWorker::State::Item ExportWorker::State::wait_for_item() noexcept {
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return first != nullptr || !tickets.empty() || stop_deadline; });
  Item next;
  if (!tickets.empty() && tickets.front()->parcels_before == taken) {
    next.ticket = std::move(tickets.front());
    tickets.pop_front();
  } else if (first != nullptr) {
    next.parcel = first;
    first = next.parcel->next;
    if (first == nullptr) end = &first;
    ++taken;
  }
  return next;
}

bool ExportWorker::State::export_to_all(const Parcel& parcel) noexcept {
  const char* const what = parcel.is_backlog
                               ? "Spans of dead processes stay in their region: an export to"
                               : "Spans are lost, counted as refused: an export to";
  bool all = true;
  for (ExportTarget& target : targets) {
    called.store(&target, std::memory_order_relaxed);
    all &= target.export_batch(parcel.spans.batch(),
                               std::chrono::steady_clock::now() + options.export_timeout, what);
  }
  called.store(nullptr, std::memory_order_relaxed);
  return all;
}

// Under the mutex.
void ExportWorker::State::take_back(Parcel& parcel) noexcept {
  parcel.spans.clear();
  parcel.is_backlog = false;
  parcel.losses = {};
  parcel.marks.clear();
  put_empty(parcel);
}

// Under the mutex. The parcel is back before its answer: the drain may take it for the next.
void ExportWorker::State::answer_backlog(Parcel& parcel, bool is_delivered) noexcept {
  take_back(parcel);
  backlog_answer.store(is_delivered ? BacklogAnswer::kDelivered : BacklogAnswer::kFailed,
                       std::memory_order_release);
}

void ExportWorker::State::answer_for(Parcel& parcel, detail::Word& outcome) noexcept {
  format::RegionHeader& header = region.header();
  const auto count = [](detail::Word& counter, std::uint64_t spans) {
    if (spans != 0) counter.fetch_add(spans, std::memory_order_relaxed);
  };
  count(header.overwritten, parcel.losses.overwritten);
  count(header.damaged, parcel.losses.damaged);
  count(header.unexported, parcel.losses.unexported);
  count(header.refused, parcel.losses.refused);
  count(outcome, parcel.spans.size());
}

void ExportWorker::State::confirm(const Parcel& parcel) noexcept {
  for (const LaneMark& mark : parcel.marks) {
    format::LaneHeader& lane = region.lane(mark.lane);
    detail::store(lane.lost_overwritten, mark.overwritten);
    detail::store(lane.confirmed_records, mark.records);
    // Pairs with a recoverer's acquire load: what stands before the position was answered for.
    detail::publish(lane.confirmed_position, mark.position);
  }
}

void ExportWorker::State::deliver(Parcel& parcel) noexcept {
  bool is_wanted;
  {
    const std::lock_guard lock(mutex);
    is_wanted = !is_abandoned;  // else whoever recovers the region exports it
  }
  const bool exported = is_wanted && (parcel.spans.empty() || export_to_all(parcel));
  const std::lock_guard lock(mutex);
  if (parcel.is_backlog) return answer_backlog(parcel, exported);
  if (!is_abandoned) {
    format::RegionHeader& header = region.header();
    answer_for(parcel, targets.empty() ? header.unexported
                       : exported      ? header.delivered
                                       : header.refused);
    header.in_export.fetch_sub(parcel.spans.size(), std::memory_order_relaxed);
    confirm(parcel);
  }
  take_back(parcel);
}

void ExportWorker::State::flush(FlushTicket& ticket) noexcept {
  bool all = true;
  for (ExportTarget& target : targets) {
    called.store(&target, std::memory_order_relaxed);
    all &= target.flush(ticket.deadline);
  }
  called.store(nullptr, std::memory_order_relaxed);
  ticket.finish(all);
}

void ExportWorker::State::shut_down() noexcept {
  for (ExportTarget& target : targets) {
    called.store(&target, std::memory_order_relaxed);
    target.shutdown(*stop_deadline);
  }
  const std::lock_guard lock(mutex);
  has_ended = true;
  changed.notify_all();
}

void ExportWorker::State::say_left_behind() noexcept {
  const ExportTarget* const target = called.load(std::memory_order_relaxed);
  base::say(LogLevel::kError,
            "%s did not come back by the deadline and is left behind with its thread. On their "
            "way: %s, still counted as in_export, and in the region's file if it is kept.",
            target != nullptr ? target->name().c_str() : "The export thread",
            base::counted(detail::load(region.header().in_export), "span").c_str());
}

void ExportWorker::run(State& state) {
  for (;;) {
    const State::Item item = state.wait_for_item();
    if (item.parcel != nullptr)
      state.deliver(*item.parcel);
    else if (item.ticket != nullptr)
      state.flush(*item.ticket);
    else
      return state.shut_down();
  }
}

ExportWorker::ExportWorker(region::Region& region,
                           const std::vector<std::shared_ptr<Exporter>>& exporters,
                           const DrainOptions& options)
    : state_(base::make_shared<State>(region, options)) {
  for (const auto& exporter : exporters) state_->targets.emplace_back(exporter);
}

ExportWorker::~ExportWorker() {
  stop(std::chrono::steady_clock::now());
}

Status ExportWorker::start() {
  auto with = std::make_unique<std::shared_ptr<State>>(state_);
  const auto body = [](void* given) {
    const std::unique_ptr<std::shared_ptr<State>> held(static_cast<std::shared_ptr<State>*>(given));
    State& state = **held;
    place_thread("nanospan-export", state.options, false);
    run(state);
  };
  Status started = start_thread(thread_, body, with.get());
  if (started) (void)with.release();  // the thread has it
  return started;
}

Parcel* ExportWorker::take_empty() noexcept {
  const std::lock_guard lock(state_->mutex);
  Parcel* const parcel = state_->empty;
  if (parcel != nullptr) state_->empty = parcel->next;
  return parcel;
}

void ExportWorker::give_back(Parcel* unused) noexcept {
  const std::lock_guard lock(state_->mutex);
  state_->take_back(*unused);
}

void ExportWorker::submit(Parcel* parcel) noexcept {
  state_->region.header().in_export.fetch_add(parcel->spans.size(), std::memory_order_relaxed);
  state_->put(*parcel);
}

void ExportWorker::submit_backlog(Parcel* parcel) noexcept {
  parcel->is_backlog = true;
  state_->backlog_answer.store(BacklogAnswer::kPending, std::memory_order_relaxed);
  state_->put(*parcel);
}

ExportWorker::BacklogAnswer ExportWorker::take_backlog_answer() noexcept {
  const BacklogAnswer answer = state_->backlog_answer.load(std::memory_order_acquire);
  if (answer != BacklogAnswer::kPending)
    state_->backlog_answer.store(BacklogAnswer::kNone, std::memory_order_relaxed);
  return answer;
}

void ExportWorker::submit_flush(std::list<FlushTicketPtr>& tickets) noexcept {
  const std::lock_guard lock(state_->mutex);
  tickets.front()->parcels_before = state_->submitted;
  state_->tickets.splice(state_->tickets.end(), tickets, tickets.begin());
  state_->changed.notify_all();
}

bool ExportWorker::stop(Deadline deadline) noexcept {
  if (!ended_well_) ended_well_ = end(deadline);
  return *ended_well_;
}

bool ExportWorker::end(Deadline deadline) noexcept {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  state.stop_deadline = deadline;
  state.changed.notify_all();
  if (!thread_.joinable()) {  // it was never started
    lock.unlock();
    state.shut_down();
    return true;
  }
  if (state.changed.wait_until(lock, deadline, [&] { return state.has_ended; })) {
    lock.unlock();
    thread_.join();
    return true;
  }
  state.is_abandoned = true;
  state.say_left_behind();
  lock.unlock();
  thread_.detach();
  return false;
}

}  // namespace nanospan::drain
