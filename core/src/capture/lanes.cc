// Leasing lanes: a thread's first span takes one, the thread's exit gives it back.
#include <cxxabi.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <cstring>
#include <ctime>
#include <new>
#include <utility>

#include "capture/hooks.h"
#include "capture/runtime.h"
#include "capture/thread.h"
#include "nanospan/detail/publish.h"
#include "nanospan/recorder.h"
#include "nanospan/span.h"

namespace nanospan {
namespace {
// What a thread without a lane points at: zeros, never written.
constinit detail::LaneControl no_lane;
}  // namespace

constinit thread_local detail::LaneControl* detail::tls_lane = &no_lane;

constinit thread_local bool capture::holds_lock = false;

namespace capture {

LockMark::LockMark() noexcept : outer_(std::exchange(holds_lock, true)) {
  if (detail::tls_lane->tenancy_bits != 0) busy_.emplace(*detail::tls_lane);
  std::atomic_signal_fence(std::memory_order_seq_cst);
}
LockMark::~LockMark() {
  busy_.reset();
  std::atomic_signal_fence(std::memory_order_seq_cst);
  holds_lock = outer_;
}

namespace {

using detail::LaneControl;
using detail::load;
using detail::OpenSlot;
using detail::publish;
using detail::store;

// lanes_released when this thread last found none, plus one; 0: it never failed.
thread_local std::uint64_t refused_at = 0;

std::uint64_t random_seed() noexcept {
  std::uint64_t seed = 0;
  if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed)) return seed;
  // Early boot: ids that differ, if not ids that can't be guessed.
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  seed = static_cast<std::uint64_t>(now.tv_nsec) ^ reinterpret_cast<std::uintptr_t>(&seed) ^
         static_cast<std::uint64_t>(gettid()) << 32;
  return detail::next_id(seed);
}

void write_tenant(format::LaneHeader& lane, std::uint64_t tenancy, std::uint64_t records) noexcept {
  const std::uint64_t count = load(lane.tenant_count);
  format::Tenant& entry = lane.tenants[count % format::kTenantsPerLane];
  char name[16] = {};
  prctl(PR_GET_NAME, name);
  detail::invalidate(entry.tenancy);
  detail::begin_bodies();
  store(entry.thread_id, static_cast<std::uint64_t>(gettid()));
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t word;
    std::memcpy(&word, name + 8 * half, 8);
    store(entry.name[half], word);
  }
  store(entry.first_record, records);
  publish(entry.tenancy, tenancy);
  publish(lane.tenant_count, count + 1);
}

// A block that no tenant has had yet: where the lane's memory is.
void bind_lane(Runtime& runtime, std::uint32_t index) noexcept {
  region::Region& region = *runtime.region;
  LaneControl& control = *new (&runtime.controls[index]) LaneControl;
  runtime.lanes_bound = index + 1;
  control.lane_index = index;
  control.epoch = runtime.epoch;
  control.counters = &region.lane(index).counters;
  control.base = region.open_stack(index);
  control.ring = region.ring(index, 0);
  control.next = control.stop = control.ring;  // the first record moves the stop
  control.ring_end = control.ring + load(region.lane(index).rings[0].slots);
}

void move_in(Runtime& runtime, LaneControl& control) noexcept {
  format::LaneHeader& lane = runtime.region->lane(control.lane_index);
  const std::uint64_t tenancy = load(lane.tenancy) % 0xffff + 1;
  store(lane.tenancy, tenancy);
  write_tenant(lane, tenancy, control.records);
  control.tenancy_bits = detail::slot_w7::kTenancy.put(tenancy);
  control.span_ids = random_seed();
  control.trace_ids = random_seed();
  control.trace_key = random_seed();
  control.exceptions = reinterpret_cast<const detail::ExceptionGlobals*>(abi::__cxa_get_globals());
  const bool usual_limits = runtime.limits.attributes >= detail::kOpenPayloadWords &&
                            runtime.limits.events >= detail::kOpenPayloadWords &&
                            runtime.limits.value_characters >= detail::kOpenPayloadWords * 8 &&
                            runtime.limits.record_bytes >= 8 * sizeof(detail::Slot);
  control.words_before_pair_max =
      usual_limits ? static_cast<std::int32_t>(detail::kOpenPayloadWords) - 2 : -1;
  control.gate.store(runtime.slow_ticks ? detail::kGateSlowTicks : 0, std::memory_order_relaxed);
  open_base(runtime, control, control.base);
  control.top = control.base;
  store(lane.state, std::uint64_t(format::LaneState::kLeased));
  control.limit.store(control.base + detail::kOpenDepth, std::memory_order_relaxed);
}

// Spans that their thread left open: they never end.
void abandon_open_spans(LaneControl& control) noexcept {
  std::uint64_t abandoned = 0;
  for (OpenSlot* level = control.top; level > control.base; --level) {
    abandoned += detail::open_w0::kLive.get(load(level->w[0]));
    publish(level->w[0], load(level->w[0]) & ~detail::open_w0::kLive.put(1));
  }
  if (abandoned != 0) control.counters->abandoned.fetch_add(abandoned, std::memory_order_relaxed);
}

void leave_lane(void* block) noexcept {
  auto& control = *static_cast<LaneControl*>(block);
  detail::tls_lane = &no_lane;
  Runtime* const runtime = current();
  // Wiped by a fork, or of a recorder that is gone.
  if (runtime == nullptr || !has_lane(control) || control.epoch != runtime->epoch) return;
  const LockMark mark;
  const std::lock_guard lock(runtime->lanes_mutex);
  if (current() != runtime) return;
  abandon_open_spans(control);
  control.limit.store(nullptr, std::memory_order_relaxed);
  control.top = nullptr;
  control.tenancy_bits = 0;
  store(runtime->region->lane(control.lane_index).state, std::uint64_t(format::LaneState::kFree));
  runtime->free_lanes.push_back(control.lane_index);
  runtime->lanes_released.fetch_add(1, std::memory_order_release);
}

// After the thread's own thread_local destructors, which may still record; again if a later key's
// destructor records (POSIX: up to PTHREAD_DESTRUCTOR_ITERATIONS).
pthread_key_t exit_key() noexcept {
  static const pthread_key_t key = [] {
    pthread_key_t made{};
    pthread_key_create(&made, leave_lane);
    return made;
  }();
  return key;
}

// Under the lock from the look at current() to the end of the move, so that stop() finds every lane
// that is in use.
LaneControl* take_lane(Runtime& runtime) noexcept {
  if (holds_lock) return nullptr;
  const LockMark mark;
  const std::lock_guard lock(runtime.lanes_mutex);
  if (current() != &runtime) return nullptr;
  std::int64_t index;
  if (!runtime.free_lanes.empty()) {
    index = runtime.free_lanes.front();
    runtime.free_lanes.erase(0, 1);
  } else {
    index = runtime.region->add_lane();
    if (index < 0) return nullptr;
    bind_lane(runtime, static_cast<std::uint32_t>(index));
  }
  move_in(runtime, runtime.controls[index]);
  return &runtime.controls[index];
}

}  // namespace

void make_exit_key() noexcept {
  (void)exit_key();
}

LaneControl* attach_lane(Runtime& runtime) noexcept {
  LaneControl* const held = detail::tls_lane;
  if (has_lane(*held) && held->epoch == runtime.epoch) return held;
  const std::uint64_t released = runtime.lanes_released.load(std::memory_order_acquire);
  if (refused_at == released + 1) return nullptr;
  LaneControl* const taken = take_lane(runtime);
  if (taken == nullptr) {
    if (!holds_lock) refused_at = released + 1;
    return nullptr;
  }
  refused_at = 0;
  pthread_setspecific(exit_key(), taken);
  detail::tls_lane = taken;
  if (const Hooks* const heard = hooks.load(std::memory_order_acquire)) heard->lane_leased();
  return taken;
}

void open_base(Runtime& runtime, LaneControl& lane, OpenSlot* level) noexcept {
  using namespace detail;
  const Context* const inherited = level == lane.base ? context_without_lane() : nullptr;
  publish(level->w[0], 0);
  store(level->w[4], 0);
  store(level->w[7], 0);
  if (inherited != nullptr) {
    const SpanContext& span = inherited->span_context();
    store(level->w[1], span.trace_id.high);
    store(level->w[2], span.trace_id.low);
    store(level->w[3], span.span_id.value);
    const std::uint64_t remote = span.is_remote ? span_flag::kParentRemote : 0;
    store(level->w[6],
          open_w6::kFlags.put((span.flags.bits & 3u) | remote | span_flag::kSlowStart) |
              open_w6::kTracestate.put(runtime.region->store_tracestate(inherited->tracestate())));
    return;
  }
  refresh_trace_id(lane, level);
  store(level->w[3], 0);
  store(level->w[6], open_w6::kFlags.put(runtime.make_trace_id == nullptr &&
                                                 runtime.sampler->always_samples_roots()
                                             ? span_flag::kInherited
                                             : span_flag::kRandom | span_flag::kSlowStart));
}

void forget_lane_in_child() noexcept {
  if (detail::tls_lane != &no_lane) pthread_setspecific(exit_key(), nullptr);
  detail::tls_lane = &no_lane;
  refused_at = 0;
}

}  // namespace capture

bool prepare_thread() noexcept {
  capture::Runtime* const runtime = capture::current_or_childs();
  if (runtime == nullptr || capture::attach_lane(*runtime) == nullptr) return false;
  // A thread that had its lane before there were hooks is heard of here.
  if (const auto* const heard = capture::hooks.load(std::memory_order_acquire))
    heard->lane_leased();
  return true;
}

}  // namespace nanospan
