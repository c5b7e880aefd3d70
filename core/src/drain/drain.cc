#include "drain/drain.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <list>
#include <mutex>
#include <optional>
#include <utility>

#include "base/pod_vector.h"
#include "base/shared.h"
#include "clock/anchor.h"
#include "clock/steady_clock.h"
#include "decode/region_reader.h"
#include "drain/backlog_feed.h"
#include "drain/export_worker.h"
#include "drain/loss_log.h"
#include "drain/pacing.h"
#include "drain/ring_growth.h"
#include "drain/threads.h"
#include "nanospan/detail/publish.h"

namespace nanospan::drain {
namespace {

using detail::load;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr auto kHeartbeat = std::chrono::seconds(1);
constexpr auto kGiveUpAfter = std::chrono::seconds(5);  // exporters that are not needed after all
constexpr std::uint64_t kNotMarked = ~std::uint64_t{0};

}  // namespace

class Drain::Loop {
 public:
  Loop(region::Region& region, const std::vector<std::shared_ptr<Exporter>>& exporters,
       const std::shared_ptr<const Resource>& resource, const DrainOptions& options)
      : region_(region),
        options_(options),
        reader_(region.view(), {.gives_lines_back = true}, resource),
        pacing_({options.busy_sleep_min, options.idle_sleep_max}),
        growth_(region, options.ring_bytes_max),
        worker_(region, exporters, options) {
    // Nothing is confirmed: what was overwritten up to now counts.
    for (std::uint32_t lane = 0; lane < reader_.lane_count(); ++lane)
      reader_.start_lane_at(lane, 0, 0);
  }
  ~Loop() { shutdown(std::chrono::steady_clock::now()); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Status start();
  void give_backlog(std::unique_ptr<Backlog> all) noexcept { backlog_.give(std::move(all)); }
  bool flush(Deadline deadline) noexcept;
  bool shutdown(Deadline deadline) noexcept;

 private:
  void run() noexcept;
  bool sleep(std::chrono::nanoseconds longest);
  bool pass_safely(SteadyTime now) noexcept;
  [[nodiscard]] bool pass(SteadyTime now);
  void end_requests() noexcept;
  void read_clock(SteadyTime now);
  void look_at_lanes(SteadyTime now);
  [[nodiscard]] bool read_rings();
  [[nodiscard]] bool read_batch();
  [[nodiscard]] bool fill(Parcel& parcel) noexcept;
  [[nodiscard]] ReadLosses losses_so_far() const noexcept;
  void make_room_for_marks(Parcel& parcel);
  void mark_lanes(base::PodVector<LaneMark>& marks) noexcept;
  void take_requests();
  void answer_requests() noexcept;

  region::Region& region_;
  const DrainOptions options_;
  decode::RegionReader reader_;
  clock::SteadyClock clock_;
  std::uint64_t anchors_known_ = 0, anchors_used_ = 0;
  Pacing pacing_;
  SteadyTime last_pass_ = std::chrono::steady_clock::now();
  SteadyTime last_heartbeat_ = last_pass_;
  base::PodVector<std::uint64_t> positions_seen_;  // of the writers, at the pass before
  RingGrowth growth_;
  base::PodVector<std::uint64_t> positions_marked_;
  std::list<FlushTicketPtr> waiting_;  // their targets are not all read yet
  LossLog losses_;
  ReadLosses unpassed_;  // of a parcel that could not be submitted

  std::atomic<bool> stopping_{false};   // shutdown() → the drain
  std::mutex wake_mutex_;               // of what follows
  bool has_ended_ = false;              // nobody takes requests any more
  std::list<FlushTicketPtr> requests_;  // any thread → the drain

  std::mutex shutdown_mutex_;  // of what follows
  std::optional<bool> ended_well_;

  ExportWorker worker_;
  BacklogFeed backlog_{worker_};
  Thread thread_;
};

Status Drain::Loop::start() {
  if (Status started = worker_.start(); !started) return started;
  const auto body = [](void* given) -> void* {
    Loop& loop = *static_cast<Loop*>(given);
    place_thread("nanospan-drain", loop.options_, true);
    ask_for_short_slices();
    loop.run();
    return nullptr;
  };
  return thread_.start(body, this);
}

bool Drain::Loop::flush(Deadline deadline) noexcept {
  try {
    const auto ticket = base::make_shared<FlushTicket>(deadline);
    {
      const std::lock_guard lock(wake_mutex_);
      if (has_ended_) return false;
      requests_.push_back(ticket);
    }
    region_.reader_bell().ring();
    return ticket->wait();
  } catch (const std::exception& error) {
    losses_.say_trouble(error.what());
    return false;
  }
}

bool Drain::Loop::shutdown(Deadline deadline) noexcept {
  const std::lock_guard once(shutdown_mutex_);
  if (ended_well_) return *ended_well_;
  {
    const std::lock_guard lock(wake_mutex_);
    stopping_.store(true, std::memory_order_release);
  }
  region_.reader_bell().ring();
  if (thread_.is_started()) thread_.join();
  ended_well_ = worker_.stop(deadline);
  backlog_.end();
  return *ended_well_;
}

// True: rung, by a request or by a writer in haste. Asked for between lying down and sleeping, no
// request is missed: see base::Doorbell.
bool Drain::Loop::sleep(std::chrono::nanoseconds longest) {
  base::Doorbell& bell = region_.reader_bell();
  const base::Doorbell::Sleep asleep = bell.lie_down();
  {
    const std::lock_guard lock(wake_mutex_);
    if (stopping_.load(std::memory_order_relaxed) || !requests_.empty()) longest = {};
  }
  return bell.sleep(asleep, longest);
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
  for (; anchors_known_ < stored; ++anchors_known_)
    if (const auto anchor = view.anchor(anchors_known_ + 1))
      clock_.add({anchor->ticks, anchor->realtime_ns, anchor->monotonic_ns});
  if (anchors_used_ == anchors_known_) return;
  reader_.set_clock(clock_.map());
  anchors_used_ = anchors_known_;
}

// Rates for the pace; a larger ring for a lane that fills a quarter of its own between two passes,
// or that keeps the drain from its rest: the fastest fills 3/16.
void Drain::Loop::look_at_lanes(SteadyTime now) {
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
    if (written > slots / 4)
      growth_.ask(index, now);
    else if (written > slots / 8 && pacing_.is_restless())
      growth_.ask(index, now, RingGrowth::Need::kRest);
  }
}

void Drain::Loop::make_room_for_marks(Parcel& parcel) {
  positions_marked_.resize(reader_.view().lane_count());
  parcel.marks.reserve(positions_marked_.size());
}

// Room for its marks is made before a batch is read, so that nothing can fail behind it.
void Drain::Loop::mark_lanes(base::PodVector<LaneMark>& marks) noexcept {
  const auto lanes = std::min<std::size_t>(reader_.lane_count(), positions_marked_.size());
  for (std::uint32_t lane = 0; lane < lanes && marks.size() < marks.capacity(); ++lane) {
    const std::uint64_t position = reader_.lane_position(lane);
    if (std::exchange(positions_marked_[lane], position) == position) continue;
    marks.push_back({lane, {position, reader_.lane_records(lane), reader_.lane_overwritten(lane)}});
  }
}

// Of the reader's whole life, and all that were not overwritten as if they were lost.
ReadLosses Drain::Loop::losses_so_far() const noexcept {
  ReadLosses sum;
  for (std::uint32_t lane = 0; lane < reader_.lane_count(); ++lane) {
    sum.overwritten += reader_.lane_overwritten(lane);
    sum.refused += reader_.lane_records(lane) - reader_.lane_overwritten(lane);
  }
  return sum;
}

// True: there is more to read. Without memory what the cursors have passed is lost; the next pass
// goes on behind it.
bool Drain::Loop::fill(Parcel& parcel) noexcept {
  const ReadLosses before = losses_so_far();
  bool is_more = false;
  try {
    make_room_for_marks(parcel);
    const decode::ReadStats read = reader_.read_finished(parcel.spans, options_.batch_spans_max);
    make_room_for_marks(parcel);  // of lanes that came meanwhile
    parcel.losses = {read.overwritten, read.damaged, read.not_exported, 0};
    is_more = read.more;
  } catch (const std::exception& error) {
    const ReadLosses after = losses_so_far();
    parcel.spans.clear();
    parcel.losses = {after.overwritten - before.overwritten, 0, 0, after.refused - before.refused};
    losses_.say_trouble(error.what());
  }
  losses_.add_overwritten(parcel.losses.overwritten);
  parcel.losses.overwritten += unpassed_.overwritten;
  parcel.losses.damaged += unpassed_.damaged;
  parcel.losses.unexported += unpassed_.unexported;
  parcel.losses.refused += unpassed_.refused;
  unpassed_ = {};
  mark_lanes(parcel.marks);
  return is_more;
}

// One parcel. False: there is nothing more to read, or nothing to read it into.
bool Drain::Loop::read_batch() {
  Parcel* const parcel = worker_.take_empty();
  if (parcel == nullptr) return false;
  const bool is_more = fill(*parcel);
  if (parcel->spans.empty() && parcel->marks.empty() && !parcel->losses.any()) {
    worker_.give_back(parcel);
  } else if (!worker_.submit(parcel)) {
    // Counted and confirmed with the next parcel, behind those that are on their way.
    unpassed_ = parcel->losses;
    unpassed_.refused += parcel->spans.size();
    worker_.give_back(parcel);
    std::fill(positions_marked_.begin(), positions_marked_.end(), kNotMarked);
    losses_.say_trouble("its queue can't grow");
  }
  return is_more;
}

// True: a writer is still ahead. Bounded, so that one that outruns the drain keeps no request,
// anchor or larger ring waiting.
bool Drain::Loop::read_rings() {
  for (std::uint32_t batches = 0; batches < options_.batches_max; ++batches) {
    if (!read_batch()) return false;
    growth_.step();
  }
  return true;
}

// A request is met when all that was committed before it was read, and the backlog is at its end.
void Drain::Loop::take_requests() {
  const std::lock_guard lock(wake_mutex_);
  while (!requests_.empty()) {
    const auto lanes =
        static_cast<std::uint32_t>(region_.header().lane_count.load(std::memory_order_acquire));
    base::PodVector<std::uint64_t>& targets = requests_.front()->targets;
    targets.resize(lanes);
    for (std::uint32_t lane = 0; lane < lanes; ++lane)
      targets[lane] = region_.lane(lane).counters.position.load(std::memory_order_acquire);
    waiting_.splice(waiting_.end(), requests_, requests_.begin());
  }
}

void Drain::Loop::answer_requests() noexcept {
  if (backlog_.has_more()) return;
  for (; !waiting_.empty(); waiting_.pop_front()) {
    const base::PodVector<std::uint64_t>& targets = waiting_.front()->targets;
    for (std::uint32_t lane = 0; lane < targets.size(); ++lane)
      if (lane >= reader_.lane_count() ? targets[lane] != 0
                                       : reader_.lane_position(lane) < targets[lane])
        return;
    worker_.submit_flush(waiting_.front());
  }
}

void Drain::Loop::end_requests() noexcept {
  const std::lock_guard lock(wake_mutex_);
  has_ended_ = true;
  for (const auto* const tickets : {&requests_, &waiting_})
    for (const FlushTicketPtr& ticket : *tickets) ticket->finish(false);
}

bool Drain::Loop::pass(SteadyTime now) {
  take_requests();
  read_clock(now);
  look_at_lanes(now);
  const bool is_behind = read_rings();
  if (growth_.step()) pacing_.hurry();
  const bool has_backlog = !stopping_.load(std::memory_order_relaxed) && backlog_.step();
  answer_requests();
  losses_.say_overwritten();
  losses_.say_no_lane(load(region_.header().counters.lost_no_lane));
  return is_behind || has_backlog;
}

bool Drain::Loop::pass_safely(SteadyTime now) noexcept {
  try {
    return pass(now);
  } catch (const std::exception& error) {
    losses_.say_trouble(error.what());
    return false;
  }
}

void Drain::Loop::run() noexcept {
  while (!stopping_.load(std::memory_order_acquire)) {
    const SteadyTime now = std::chrono::steady_clock::now();
    const bool is_behind = pass_safely(now);
    const auto pause = backlog_.shortened(pacing_.next_sleep(now - std::exchange(last_pass_, now)));
    if (!is_behind && sleep(waiting_.empty() ? pause : options_.busy_sleep_min)) pacing_.hurry();
  }
  pass_safely(std::chrono::steady_clock::now());
  end_requests();
}

Drain::Drain() noexcept = default;
Drain::~Drain() = default;

Status Drain::start(region::Region& region, const std::vector<std::shared_ptr<Exporter>>& exporters,
                    const std::shared_ptr<const Resource>& resource, const DrainOptions& options) {
  auto loop = std::make_unique<Loop>(region, exporters, resource, options);
  loop->give_backlog(std::move(backlog_));
  if (Status started = loop->start(); !started) {
    loop->shutdown(std::chrono::steady_clock::now() + kGiveUpAfter);
    return started;
  }
  loop_ = std::move(loop);
  return {};
}

bool Drain::flush(Deadline deadline) noexcept {
  return loop_ == nullptr || loop_->flush(deadline);
}

bool Drain::shutdown(Deadline deadline) noexcept {
  return loop_ == nullptr || loop_->shutdown(deadline);
}

}  // namespace nanospan::drain
