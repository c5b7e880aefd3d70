#include "capture/runtime.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>

#include <cstring>
#include <new>
#include <utility>

#include "base/log.h"
#include "base/sentence.h"
#include "capture/callsites.h"
#include "capture/core_copies.h"
#include "capture/detached_pool.h"
#include "capture/hooks.h"
#include "capture/thread.h"
#include "nanospan/detail/callsite.h"
#include "region/posix_memory.h"

namespace nanospan::capture {
namespace {

// Stands in pages that a forked child finds zeroed, raw system call or not.
struct ProcessState {
  std::atomic<Runtime*> runtime{nullptr};
};

// Blocks at 64 modulo 256: away from the first lines of open levels and from the counters, whose
// addresses would agree with theirs in the low 12 bits (see format::LaneHeader).
constexpr std::size_t kControlOffset = 64;
constexpr std::size_t kControlBytes =
    kControlOffset + sizeof(detail::LaneControl) * format::kLanesMax;

// Owner: start() and stop(). Loaded by any thread that takes a cold way; pairs release/acquire, so
// that who sees the runtime sees what it is made of.
std::atomic<ProcessState*> process_state{nullptr};
std::mutex start_mutex;
std::uint64_t epochs = 0;
Runtime* newest = nullptr;  // under start_mutex

std::mutex child_mutex;                            // taken before start_mutex
ChildStart for_children = nullptr;                 // under child_mutex
std::atomic<ChildStart> not_started_yet{nullptr};  // this child's; until its start has ended

// All that a child needs is at rest while it is copied, and no file of a region is open.
void prepare_fork() noexcept {
  child_mutex.lock();
  start_mutex.lock();
  holds_lock = true;
  lock_callsites();
  region::hold_descriptors();
  remember_context_for_child();
}
void after_fork_in_parent() noexcept {
  forget_context_in_parent();
  region::release_descriptors();
  unlock_callsites();
  holds_lock = false;
  start_mutex.unlock();
  child_mutex.unlock();
}
void after_fork_in_child() noexcept {
  forget_lane_in_child();
  base::free_log_in_child();
  if (newest != nullptr) newest->region->keep_addresses_in_child();
  not_started_yet.store(for_children, std::memory_order_relaxed);
  region::release_descriptors();
  forget_region_in_child(for_children != nullptr);
  holds_lock = false;
  start_mutex.unlock();
  child_mutex.unlock();
}

ProcessState* make_process_state() noexcept {
  void* const pages = region::map_wiped_on_fork(sizeof(ProcessState));
  if (pages == nullptr) return nullptr;
  auto* const state = new (pages) ProcessState;
  process_state.store(state, std::memory_order_release);
  pthread_atfork(prepare_fork, after_fork_in_parent, after_fork_in_child);
  return state;
}

}  // namespace

constinit std::atomic<const Hooks*> hooks{nullptr};

Runtime::Runtime() : detached(std::make_unique<DetachedPool>()) {}
Runtime::~Runtime() = default;

Runtime* current() noexcept {
  ProcessState* const state = process_state.load(std::memory_order_acquire);
  return state == nullptr ? nullptr : state->runtime.load(std::memory_order_seq_cst);
}

Runtime* current_or_childs() noexcept {
  // Until it has started, who comes second waits: what is defined meanwhile would be off.
  if (not_started_yet.load(std::memory_order_acquire) == nullptr || holds_lock) return current();
  const LockMark mark;
  const std::lock_guard lock(child_mutex);
  if (const ChildStart start = not_started_yet.load(std::memory_order_relaxed)) {
    start();
    not_started_yet.store(nullptr, std::memory_order_release);
    if (current() == nullptr) {
      for_children = nullptr;
      withdraw_definitions();
    }
  }
  return current();
}

void record_in_children(ChildStart start) noexcept {
  const std::lock_guard lock(child_mutex);
  for_children = start;
  not_started_yet.store(nullptr, std::memory_order_release);
  if (current() == nullptr) withdraw_definitions();
}

Result<Runtime*> start(const RuntimeOptions& options) {
  const std::lock_guard lock(start_mutex);
  if (current() != nullptr)
    return base::failure(
        "A recorder is running in this process already; stop it before another is started.");
  // What threads make once is made here: a forked child would wait for ever for a thread that it
  // does not have, and that was making it (or was in the list of loaded modules).
  make_exit_key();
  (void)may_register(detail::kInlineVersion);
  if (newest != nullptr) newest->region->keep_addresses_in_child();  // of the raw system call
  ProcessState* const state = process_state.load(std::memory_order_acquire) != nullptr
                                  ? process_state.load(std::memory_order_acquire)
                                  : make_process_state();
  void* const control_pages = region::map_wiped_on_fork(kControlBytes);
  if (state == nullptr || control_pages == nullptr)
    return base::failure(
        "No memory for the recorder's control blocks: mmap failed; raise the "
        "process's address space limit (ulimit -v).");
  Result<region::Region*> region = region::Region::create(options.region);
  if (!region) {
    munmap(control_pages, kControlBytes);
    return region.status();
  }
  auto* const runtime = new Runtime;
  runtime->region = *region;
  runtime->limits = options.limits;
  runtime->sampler = options.sampler;
  runtime->make_trace_id = options.make_trace_id;
  runtime->slow_ticks = !detail::has_invariant_ticks();
  if (runtime->slow_ticks)
    (*region)->header().tick_source = static_cast<std::uint32_t>(detail::TickSource::kClockGettime);
  runtime->epoch = ++epochs;
  runtime->before = std::exchange(newest, runtime);
  runtime->controls = reinterpret_cast<detail::LaneControl*>(
      static_cast<std::byte*>(control_pages) + kControlOffset);
  state->runtime.store(runtime, std::memory_order_seq_cst);
  if (const Hooks* const heard = hooks.load(std::memory_order_seq_cst))
    heard->recorder_started(*runtime->region);
  return runtime;
}

void stop(Runtime& runtime, bool keep_file) noexcept {
  const std::lock_guard lock(start_mutex);
  if (current() != &runtime) return;  // a child's copy of its parent's recorder
  withdraw_definitions();
  process_state.load(std::memory_order_relaxed)->runtime.store(nullptr, std::memory_order_seq_cst);
  // Pairs with a mark's release.
  while (runtime.readers.load(std::memory_order_seq_cst) != 0) sched_yield();
  const std::lock_guard lanes(runtime.lanes_mutex);
  for (std::uint32_t i = 0; i < runtime.lanes_bound; ++i) {
    runtime.controls[i].limit.store(nullptr, std::memory_order_relaxed);
  }
  runtime.region->close(keep_file);
}

}  // namespace nanospan::capture
