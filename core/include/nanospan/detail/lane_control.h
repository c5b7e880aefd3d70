// The control block: what one thread knows about its lane. Private memory, never in the region.
//
// Threads: the owning thread alone, but for `limit`, which stop() may clear from another thread.
// Invariants: all zero means "no lane": a fresh thread's block is a constant of zeros, a forked
// child's is wiped by the kernel (MADV_WIPEONFORK). Zeros make every fast check fail, so the hot
// path needs no check of its own for them.
#pragma once

#include <atomic>
#include <cstdint>

#include "nanospan/detail/compiler.h"
#include "nanospan/detail/layout.h"

namespace nanospan::detail {

// The head of __cxa_eh_globals of the Itanium C++ ABI, section 2.2.2: std::uncaught_exceptions()
// without the call.
struct ExceptionGlobals {
  void* caught;
  unsigned uncaught;
};

// Bits of LaneControl::gate.
inline constexpr std::uint8_t kGateBusy = 1;       // a recording call is under way on this thread
inline constexpr std::uint8_t kGateSlowTicks = 2;  // the counter is not invariant: clock_gettime

struct alignas(64) LaneControl {
  // Line 0: what start reads and writes.
  OpenSlot* top = nullptr;                // level of the current context; base: none
  std::atomic<OpenSlot*> limit{nullptr};  // no start when top has come here; nullptr: never
  LaneCounters* counters = nullptr;
  std::uint64_t started = 0;
  std::uint64_t span_ids = 0;  // states of the generators, seeded by the kernel
  std::uint64_t trace_ids = 0;
  const ExceptionGlobals* exceptions = nullptr;
  std::atomic<std::uint8_t> gate{0};  // a handler of this thread reads it
  std::uint8_t spare[3] = {};
  // An element of two words goes in without a call behind at most so many; -1: none ever does.
  std::int32_t words_before_pair_max = 0;

  // Line 1: what end reads and writes.
  Slot* next = nullptr;        // where the next record goes
  Slot* stop = nullptr;        // a record that reaches beyond takes the slow way, and moves it on
  std::uint64_t position = 0;  // of `next`
  // slot_w7::kTenancy, in place; 0: no lane. Between two counters, which g++ would otherwise add to
  // in one vector register, with more moves than that saves.
  std::uint64_t tenancy_bits = 0;
  std::uint64_t records = 0;
  OpenSlot* base = nullptr;  // level 0
  std::uint64_t sampled_out = 0;
  std::uint64_t trace_key = 0;  // secret of this tenancy

  // Cold.
  std::uint64_t clipped = 0;
  std::uint32_t lane_index = 0;
  std::uint32_t ring_index = 0;  // entry of the lane's rings in use
  std::uint64_t epoch = 0;       // of the recorder that leased the lane
  Slot* ring = nullptr;
  Slot* ring_end = nullptr;
  std::uint64_t reader_sleep = 0;    // of the reader's doorbell, as the stop before saw it
  std::uint64_t spare_line[8] = {};  // blocks are 256 bytes apart: see format::LaneHeader
};
static_assert(sizeof(LaneControl) == 256);

// initial-exec: one load from the thread pointer in an executable and in a plugin alike; defined in
// one source file, so that all modules of the process share it.
extern NANOSPAN_EXPORT constinit thread_local LaneControl* tls_lane
    __attribute__((tls_model("initial-exec")));

// The next id of a generator: a Weyl sequence through a bijection, so no two ids of one generator
// are the same in 2^64. One multiplication, since it stands on the hot path; ids are to be
// distinct, not secret. Zero, which is no id, comes once in 2^64, as with any random id.
inline constexpr std::uint64_t kIdStep = 0x9e3779b97f4a7c15u;
NANOSPAN_INLINE std::uint64_t next_id(std::uint64_t& state) noexcept {
  std::uint64_t x = state += kIdStep;
  x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
  return x ^ x >> 32;
}

// While it lives, a handler that interrupts this thread sees the lane busy and records nothing.
class BusyGate {
 public:
  // `open`: what the gate says now; 0 on the hot path, which has just seen it.
  NANOSPAN_INLINE BusyGate(LaneControl& lane, std::uint8_t open) noexcept
      : gate_(lane.gate), open_(open) {
    gate_.store(open | kGateBusy, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  NANOSPAN_INLINE ~BusyGate() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    gate_.store(open_, std::memory_order_relaxed);
  }
  explicit BusyGate(LaneControl& lane) noexcept
      : BusyGate(lane, lane.gate.load(std::memory_order_relaxed)) {}
  BusyGate(const BusyGate&) = delete;
  BusyGate& operator=(const BusyGate&) = delete;

 private:
  std::atomic<std::uint8_t>& gate_;
  std::uint8_t open_;
};

}  // namespace nanospan::detail
