#include "drain/drain.h"

#include <concurrentqueue/concurrentqueue.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "clock/anchor.h"
#include "clock/steady_clock.h"
#include "decode/region_reader.h"
#include "drain/export_worker.h"
#include "drain/pacing.h"
#include "drain/threads.h"
#include "nanospan/detail/publish.h"

namespace nanospan::drain {
namespace {

using detail::load;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr auto kHeartbeat = std::chrono::seconds(1);

}  // namespace

class Drain::Loop {
 public:
  Loop(region::Region& region, std::vector<std::shared_ptr<Exporter>> exporters,
       std::shared_ptr<const Resource> resource, const DrainOptions& options)
      : region_(region),
        options_(options),
        reader_(region.view()),
        pacing_({options.busy_sleep_min, options.idle_sleep_max}),
        worker_(region, std::move(exporters), options) {
    reader_.set_resource(std::move(resource));
    thread_ = start_thread("nanospan-drain", options, [this] { run(); });
  }
  ~Loop() {
    if (thread_.joinable()) shutdown(std::chrono::steady_clock::now());
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  bool flush(Deadline deadline) {
    auto ticket = std::make_shared<FlushTicket>(deadline);
    requests_.enqueue(ticket);
    wake();
    return ticket->wait();
  }

  bool shutdown(Deadline deadline) {
    stopping_.store(true, std::memory_order_release);
    wake();
    thread_.join();
    return worker_.stop(deadline);
  }

 private:
  void run();
  void wake();
  void sleep(std::chrono::nanoseconds longest);
  void read_clock(SteadyTime now);
  void look_at_lanes();
  [[nodiscard]] bool read_rings();
  [[nodiscard]] bool read_batch();
  void mark_lanes(std::vector<LaneMark>& marks);
  void take_requests();
  void answer_requests();

  region::Region& region_;
  const DrainOptions options_;
  decode::RegionReader reader_;
  clock::SteadyClock clock_;
  std::uint64_t anchors_known_ = 0;
  Pacing pacing_;
  SteadyTime last_pass_ = std::chrono::steady_clock::now();
  SteadyTime last_heartbeat_ = last_pass_;
  std::vector<std::uint64_t> positions_seen_;  // of each lane's writer, at the last pass
  std::vector<std::uint64_t> positions_marked_;
  std::deque<FlushTicketPtr> waiting_;  // their targets are not all read yet

  moodycamel::ConcurrentQueue<FlushTicketPtr> requests_;  // any thread → the drain
  std::atomic<bool> stopping_{false};                     // shutdown() → the drain
  std::mutex wake_mutex_;
  std::condition_variable woken_;
  bool wake_ = false;  // under the mutex

  ExportWorker worker_;
  std::thread thread_;
};

void Drain::Loop::wake() {
  const std::lock_guard lock(wake_mutex_);
  wake_ = true;
  woken_.notify_one();
}

void Drain::Loop::sleep(std::chrono::nanoseconds longest) {
  std::unique_lock lock(wake_mutex_);
  woken_.wait_for(lock, longest, [this] { return wake_; });
  wake_ = false;
}

// Times past the last anchor are extrapolated, for a second at most, at a rate that was measured
// over a second: within some 20 ns. The first second has anchors at growing distances, so that its
// rate is as good. An anchor is taken behind all that was read, so that it changes none of it.
void Drain::Loop::read_clock(SteadyTime now) {
  const std::uint64_t known = load(region_.header().anchor_count);
  constexpr std::uint64_t kFirstAnchors = 2, kDenseAnchors = 8;
  const auto due =
      known < kFirstAnchors + kDenseAnchors
          ? std::chrono::nanoseconds(kHeartbeat) / (1u << (kFirstAnchors + kDenseAnchors - known))
          : std::chrono::nanoseconds(kHeartbeat);
  if (now - last_heartbeat_ >= due) {
    last_heartbeat_ = now;
    const auto source = static_cast<detail::TickSource>(region_.header().tick_source);
    clock::store_anchor(region_.header(), region_.base(), clock::take_anchor(source));
  }
  const format::RegionView view = region_.view();
  const std::uint64_t stored = view.anchor_count();
  if (anchors_known_ == stored) return;
  for (; anchors_known_ < stored; ++anchors_known_)
    if (const auto anchor = view.anchor(anchors_known_ + 1))
      clock_.add({anchor->ticks, anchor->realtime_ns, anchor->monotonic_ns});
  reader_.set_clock(clock_.map());
}

// Rates for the pace; a larger ring for a lane that fills a quarter of its own between two passes.
void Drain::Loop::look_at_lanes() {
  const auto lanes =
      static_cast<std::uint32_t>(region_.header().lane_count.load(std::memory_order_acquire));
  positions_seen_.resize(lanes);
  for (std::uint32_t index = 0; index < lanes; ++index) {
    const format::LaneHeader& lane = region_.lane(index);
    const std::uint64_t position = lane.counters.position.load(std::memory_order_acquire);
    const std::uint64_t written = position - std::exchange(positions_seen_[index], position);
    const std::uint64_t rings = lane.ring_count.load(std::memory_order_acquire);
    const std::uint64_t slots = load(lane.rings[rings - 1].slots);
    pacing_.add({written, slots});
    if (written > slots / 4 && slots * sizeof(detail::Slot) < options_.ring_bytes_max)
      region_.prepare_ring(index, slots * 4);
  }
}

void Drain::Loop::mark_lanes(std::vector<LaneMark>& marks) {
  positions_marked_.resize(reader_.lane_count());
  for (std::uint32_t lane = 0; lane < reader_.lane_count(); ++lane) {
    const std::uint64_t position = reader_.lane_position(lane);
    if (std::exchange(positions_marked_[lane], position) == position) continue;
    marks.push_back({lane, position, reader_.lane_records(lane), reader_.lane_overwritten(lane)});
  }
}

// One parcel. False: there is nothing more to read, or nothing to read it into.
bool Drain::Loop::read_batch() {
  Parcel* const parcel = worker_.take_empty();
  if (parcel == nullptr) return false;
  const decode::ReadStats read = reader_.read_finished(parcel->spans, options_.batch_spans_max);
  format::RegionHeader& header = region_.header();
  header.overwritten.fetch_add(read.overwritten, std::memory_order_relaxed);
  header.damaged.fetch_add(read.damaged, std::memory_order_relaxed);
  header.unexported.fetch_add(read.not_exported, std::memory_order_relaxed);
  mark_lanes(parcel->marks);
  if (parcel->spans.empty() && parcel->marks.empty())
    worker_.give_back(parcel);
  else
    worker_.submit(parcel);
  return read.more;
}

// True: a writer is still ahead. Bounded, so that one that outruns the drain keeps no request,
// anchor or larger ring waiting.
bool Drain::Loop::read_rings() {
  for (std::uint32_t batches = 0; batches < options_.batches_max; ++batches)
    if (!read_batch()) return false;
  return true;
}

// A request is met when all that was committed when it was taken up has been read.
void Drain::Loop::take_requests() {
  for (FlushTicketPtr ticket; requests_.try_dequeue(ticket);) {
    const auto lanes =
        static_cast<std::uint32_t>(region_.header().lane_count.load(std::memory_order_acquire));
    for (std::uint32_t lane = 0; lane < lanes; ++lane)
      ticket->targets.push_back(
          region_.lane(lane).counters.position.load(std::memory_order_acquire));
    waiting_.push_back(std::move(ticket));
  }
}

void Drain::Loop::answer_requests() {
  while (!waiting_.empty()) {
    const std::vector<std::uint64_t>& targets = waiting_.front()->targets;
    for (std::uint32_t lane = 0; lane < targets.size(); ++lane)
      if (lane >= reader_.lane_count() ? targets[lane] != 0
                                       : reader_.lane_position(lane) < targets[lane])
        return;
    worker_.submit_flush(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

void Drain::Loop::run() {
  while (!stopping_.load(std::memory_order_acquire)) {
    const SteadyTime now = std::chrono::steady_clock::now();
    take_requests();
    read_clock(now);
    look_at_lanes();
    const bool is_behind = read_rings();
    answer_requests();
    const auto pause = pacing_.next_sleep(now - std::exchange(last_pass_, now));
    if (!is_behind) sleep(waiting_.empty() ? pause : options_.busy_sleep_min);
  }
  take_requests();
  for (const FlushTicketPtr& ticket : waiting_) ticket->finish(false);
}

Drain::Drain() noexcept = default;
Drain::~Drain() = default;

void Drain::start(region::Region& region, std::vector<std::shared_ptr<Exporter>> exporters,
                  std::shared_ptr<const Resource> resource, const DrainOptions& options) {
  loop_ = std::make_unique<Loop>(region, std::move(exporters), std::move(resource), options);
}

bool Drain::flush(Deadline deadline) {
  return loop_ == nullptr || loop_->flush(deadline);
}

bool Drain::shutdown(Deadline deadline) {
  return loop_ == nullptr || loop_->shutdown(deadline);
}

}  // namespace nanospan::drain
