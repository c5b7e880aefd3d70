// Runtime: the recording side of one recorder: its region, its limits, who leases which lane.
//
// Threads: current() from any; start() and stop() under the recorder's lock. A runtime is never
// freed: a thread may look at one that was stopped (a few hundred bytes, and address space).
// Invariants: after a fork, current() is nullptr in the child: the pointer stands in wiped memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "base/pod_vector.h"
#include "nanospan/detail/annotate.h"
#include "nanospan/detail/lane_control.h"
#include "nanospan/detail/tick_source.h"
#include "nanospan/sampler.h"
#include "nanospan/span_limits.h"
#include "region/region.h"

namespace nanospan::capture {

struct DetachedPool;

struct Runtime {
  region::Region* region = nullptr;
  SpanLimits limits;
  std::shared_ptr<const Sampler> sampler;
  TraceIdMaker make_trace_id = nullptr;  // nullptr: random ones
  bool slow_ticks = false;
  std::uint64_t epoch = 0;                  // counts starts; lanes of another epoch are not used
  Runtime* before = nullptr;                // the one before it, which leak checkers find so
  detail::LaneControl* controls = nullptr;  // one for each lane of the region, wiped on fork
  std::uint32_t lanes_bound = 0;            // those that have been made; under lanes_mutex

  std::mutex lanes_mutex;
  base::PodVector<std::uint32_t> free_lanes;  // oldest first: their names stay readable longest
  std::atomic<std::uint64_t> lanes_released{
      0};                                 // a thread without a lane tries again when it moved
  std::atomic<std::uint32_t> readers{0};  // ReadMark; stop() waits until there is none
  std::unique_ptr<DetachedPool> detached;

  Runtime();
  ~Runtime();
};

struct RuntimeOptions {
  region::RegionOptions region;
  SpanLimits limits;
  std::shared_ptr<const Sampler> sampler;
  TraceIdMaker make_trace_id = nullptr;
};

[[nodiscard]] Runtime* current() noexcept;
// The same for what may start a span. In a forked child that is to record, the first such call
// starts its recorder: not at the fork, since most children only go on to exec.
[[nodiscard]] Runtime* current_or_childs() noexcept;
// What starts it, in a child that is forked from now on; nullptr: such a child is untraced.
using ChildStart = void (*)() noexcept;
void record_in_children(ChildStart start) noexcept;
// Errors: the region can't be made, or one is running in this process already.
Result<Runtime*> start(const RuntimeOptions& options);
// No span starts after it; what is open writes to memory that nobody reads.
void stop(Runtime& runtime, bool keep_file) noexcept;

// This thread's lane in `runtime`, leased if need be; nullptr: none can be had (counted by
// callers).
[[nodiscard]] detail::LaneControl* attach_lane(Runtime& runtime) noexcept;
// The same with the level 0 that a root takes its trace id and flags from.
void open_base(Runtime& runtime, detail::LaneControl& lane, detail::OpenSlot* level) noexcept;

// While one stands that took(), the region is not taken away from under who reads it. Short: stop()
// waits.
class ReadMark {
 public:
  explicit ReadMark(Runtime& runtime) noexcept : runtime_(runtime) {
    runtime.readers.fetch_add(1, std::memory_order_seq_cst);
  }
  ~ReadMark() { runtime_.readers.fetch_sub(1, std::memory_order_release); }
  ReadMark(const ReadMark&) = delete;
  ReadMark& operator=(const ReadMark&) = delete;
  // False: it is being stopped. Either this sees it, or stop() has seen the mark.
  [[nodiscard]] bool took() const noexcept { return current() == &runtime_; }

 private:
  Runtime& runtime_;
};

// Ticks of the source that the region names.
[[nodiscard]] inline std::uint64_t ticks(const detail::LaneControl& lane) noexcept {
  return (lane.gate.load(std::memory_order_relaxed) & detail::kGateSlowTicks) != 0
             ? detail::clock_ticks()
             : detail::read_ticks();
}
[[nodiscard]] inline std::uint64_t ordered_ticks(const detail::LaneControl& lane) noexcept {
  return (lane.gate.load(std::memory_order_relaxed) & detail::kGateSlowTicks) != 0
             ? detail::clock_ticks()
             : detail::read_ticks_ordered();
}
[[nodiscard]] inline bool is_busy(const detail::LaneControl& lane) noexcept {
  return (lane.gate.load(std::memory_order_relaxed) & detail::kGateBusy) != 0;
}
[[nodiscard]] inline bool has_lane(const detail::LaneControl& lane) noexcept {
  return lane.tenancy_bits != 0;
}

}  // namespace nanospan::capture
