#include "drain/export_worker.h"

#include <concurrentqueue/concurrentqueue.h>
#include <concurrentqueue/lightweightsemaphore.h>

#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/sentence.h"
#include "base/shared.h"
#include "drain/export_target.h"
#include "nanospan/detail/publish.h"

namespace nanospan::drain {
namespace {

// One of them is set; none: stop. Trivial, so that the queue has nothing to undo.
struct Item {
  Parcel* parcel = nullptr;
  FlushTicketPtr* ticket = nullptr;  // made for the queue; flush() deletes it
};

constexpr std::size_t kItemsExpected = 64;  // beside parcels; more make the queue grow

// What one producer with a token needs, in little text: no table of producing threads, and blocks
// that count instead of searching their flags.
// NOLINTBEGIN(readability-identifier-naming): the queue's names
struct QueueTraits : moodycamel::ConcurrentQueueDefaultTraits {
  static constexpr std::size_t BLOCK_SIZE = 16;
  static constexpr std::size_t EXPLICIT_BLOCK_EMPTY_COUNTER_THRESHOLD = 2;
  static constexpr std::size_t INITIAL_IMPLICIT_PRODUCER_HASH_SIZE = 0;
};
// NOLINTEND(readability-identifier-naming)
using Queue = moodycamel::ConcurrentQueue<Item, QueueTraits>;

// Flattened, so that the compiler sees early that no implicit producer is ever made, and leaves out
// all that one would take.
[[gnu::flatten]] moodycamel::ProducerToken producer_of(Queue& queue) {
  return moodycamel::ProducerToken(queue);
}

}  // namespace

struct ExportWorker::State {
  State(region::Region& of, const DrainOptions& how)
      : region(of),
        options(how),
        parcels(how.batches_max),
        items(how.batches_max + kItemsExpected),
        producer(producer_of(items)) {
    if (!producer.valid()) throw std::bad_alloc();
    empty.reserve(how.batches_max);
    for (Parcel& parcel : parcels) empty.push_back(&parcel);
    backlog.is_backlog = true;
  }

  region::Region& region;
  const DrainOptions options;
  std::list<ExportTarget> targets;
  std::vector<Parcel> parcels;
  // The backlog's own: writers that outrun the exporters keep all the others out.
  Parcel backlog;
  // All that can be out has room: passing it on hardly ever asks for memory.
  Queue items;
  moodycamel::ProducerToken producer;  // the drain's; who stops the worker has joined the drain
  moodycamel::LightweightSemaphore filled{0, 0};  // counts the items; never spins
  std::atomic<std::int64_t> stop_deadline_ns{0};  // stop(), before its item; steady clock
  std::atomic<BacklogAnswer> backlog_answer{BacklogAnswer::kNone};  // the drain and the worker
  std::atomic<const ExportTarget*> called{nullptr};  // the worker; who hangs, for the log

  std::mutex mutex;  // of what follows
  std::condition_variable ended;
  std::vector<Parcel*> empty;
  bool has_ended = false;
  bool is_abandoned = false;  // the region may be gone

  // False: no memory.
  [[nodiscard]] bool pass_on(Item item) noexcept;
  [[nodiscard]] Item wait_for_item() noexcept;
  bool export_to_all(const Parcel& parcel) noexcept;
  static void clear(Parcel& parcel) noexcept;
  void take_back(Parcel& parcel) noexcept;
  void answer_backlog(Parcel& parcel, bool is_delivered) noexcept;
  void deliver(Parcel& parcel) noexcept;
  void flush(FlushTicketPtr* passed) noexcept;
  void shut_down() noexcept;
  void say_left_behind() noexcept;
};

bool ExportWorker::State::pass_on(Item item) noexcept {
  if (!items.enqueue(producer, item)) return false;
  filled.signal();
  return true;
}

Item ExportWorker::State::wait_for_item() noexcept {
  filled.wait();
  Item next;  // there is one
  while (!items.try_dequeue_from_producer(producer, next)) {
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

void ExportWorker::State::clear(Parcel& parcel) noexcept {
  parcel.spans.clear();
  parcel.losses = {};
  parcel.marks.clear();
}

// Under the mutex. There is room: `empty` was made for all of them.
void ExportWorker::State::take_back(Parcel& parcel) noexcept {
  clear(parcel);
  empty.push_back(&parcel);
}

// The parcel is empty before its answer: the drain fills it with the next.
void ExportWorker::State::answer_backlog(Parcel& parcel, bool is_delivered) noexcept {
  clear(parcel);
  backlog_answer.store(is_delivered ? BacklogAnswer::kDelivered : BacklogAnswer::kFailed,
                       std::memory_order_release);
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
  if (!is_abandoned)
    answer_for(region, parcel,
               targets.empty() ? &format::RegionHeader::unexported
               : exported      ? &format::RegionHeader::delivered
                               : &format::RegionHeader::refused);
  take_back(parcel);
}

void ExportWorker::State::flush(FlushTicketPtr* passed) noexcept {
  const std::unique_ptr<FlushTicketPtr> held(passed);
  FlushTicket& ticket = **held;
  bool all = true;
  for (ExportTarget& target : targets) {
    called.store(&target, std::memory_order_relaxed);
    all &= target.flush(ticket.deadline);
  }
  called.store(nullptr, std::memory_order_relaxed);
  ticket.finish(all);
}

void ExportWorker::State::shut_down() noexcept {
  const Deadline deadline{std::chrono::nanoseconds(stop_deadline_ns.load())};
  for (ExportTarget& target : targets) {
    called.store(&target, std::memory_order_relaxed);
    target.shutdown(deadline);
  }
  const std::lock_guard lock(mutex);
  has_ended = true;
  ended.notify_all();
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
    const Item item = state.wait_for_item();
    if (item.parcel != nullptr)
      state.deliver(*item.parcel);
    else if (item.ticket != nullptr)
      state.flush(item.ticket);
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
  const auto body = [](void* given) -> void* {
    const std::unique_ptr<std::shared_ptr<State>> held(static_cast<std::shared_ptr<State>*>(given));
    State& state = **held;
    place_thread("nanospan-export", state.options, false);
    run(state);
    return nullptr;
  };
  Status started = thread_.start(body, with.get());
  if (started) (void)with.release();  // the thread has it
  return started;
}

Parcel* ExportWorker::take_empty() noexcept {
  const std::lock_guard lock(state_->mutex);
  if (state_->empty.empty()) return nullptr;
  Parcel* const parcel = state_->empty.back();
  state_->empty.pop_back();
  return parcel;
}

void ExportWorker::give_back(Parcel* unused) noexcept {
  const std::lock_guard lock(state_->mutex);
  state_->take_back(*unused);
}

bool ExportWorker::submit(Parcel* parcel) noexcept {
  format::RegionHeader& header = state_->region.header();
  const std::uint64_t spans = parcel->spans.size();
  header.in_export.fetch_add(spans, std::memory_order_relaxed);
  if (state_->pass_on({parcel, nullptr})) return true;
  header.in_export.fetch_sub(spans, std::memory_order_relaxed);
  return false;
}

Parcel& ExportWorker::backlog_parcel() noexcept {
  return state_->backlog;
}

bool ExportWorker::submit_backlog() noexcept {
  state_->backlog_answer.store(BacklogAnswer::kPending, std::memory_order_relaxed);
  if (state_->pass_on({&state_->backlog, nullptr})) return true;
  State::clear(state_->backlog);
  state_->backlog_answer.store(BacklogAnswer::kNone, std::memory_order_relaxed);
  return false;
}

ExportWorker::BacklogAnswer ExportWorker::take_backlog_answer() noexcept {
  const BacklogAnswer answer = state_->backlog_answer.load(std::memory_order_acquire);
  if (answer != BacklogAnswer::kPending)
    state_->backlog_answer.store(BacklogAnswer::kNone, std::memory_order_relaxed);
  return answer;
}

void ExportWorker::submit_flush(const FlushTicketPtr& ticket) noexcept {
  auto* const passed = new (std::nothrow) FlushTicketPtr(ticket);
  if (passed != nullptr && state_->pass_on({nullptr, passed})) return;
  delete passed;
  ticket->finish(false);
}

bool ExportWorker::stop(Deadline deadline) noexcept {
  if (!ended_well_) ended_well_ = end(deadline);
  return *ended_well_;
}

bool ExportWorker::end(Deadline deadline) noexcept {
  State& state = *state_;
  state.stop_deadline_ns.store(deadline.time_since_epoch().count());
  if (!thread_.is_started()) {  // it was never started
    state.shut_down();
    return true;
  }
  const bool asked = state.pass_on({});
  std::unique_lock lock(state.mutex);
  if (asked && state.ended.wait_until(lock, deadline, [&] { return state.has_ended; })) {
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
