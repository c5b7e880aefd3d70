// The two structures of the region that the inlined hot path touches, word by word: a slot of a
// ring and an open-span slot. The whole region, and the rules for its readers:
// core/src/format/FORMAT.md.
//
// Threads: each slot has one writer, the thread that leases its lane; any number of readers, in any
// process. Every word is a relaxed atomic; word 0 carries the protocol's order (detail/publish.h).
// Memory: region (shared mapping), little-endian, 8-byte words.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace nanospan::detail {

using Word = std::atomic<std::uint64_t>;
static_assert(Word::is_always_lock_free && sizeof(Word) == 8);

// Bits [first, first + width) of a word.
struct Field {
  unsigned first, width;
  constexpr std::uint64_t max() const noexcept { return (std::uint64_t{1} << width) - 1; }
  constexpr std::uint64_t get(std::uint64_t word) const noexcept { return (word >> first) & max(); }
  constexpr std::uint64_t put(std::uint64_t value) const noexcept {
    return (value & max()) << first;
  }
};

inline constexpr std::size_t kSlotWords = 8;
struct alignas(64) Slot {
  Word w[kSlotWords];
};
static_assert(sizeof(Slot) == 64);

// Word 0 of every slot of a record: which lap wrote it, and what it is. 0 while it is being
// written.
namespace slot_head {
inline constexpr Field kPosition{24, 40};  // the slot's own position, modulo 2^40
inline constexpr Field kKind{0, 4};        // SlotKind
inline constexpr Field kSlots{4, 12};      // head: slots of the record; elsewhere: index in it
inline constexpr Field kFlags{16, 8};      // head: span_flag bits
}  // namespace slot_head

enum class SlotKind : std::uint8_t {
  kNone = 0,
  kSpan = 1,      // head of a span's record
  kContinue = 2,  // a further slot of the record that began before it
  kPad = 3,       // fills the ring's end; carries no sequence number
};

// Flags of a span: bits 16..23 of a record's head, and bits 48..55 of an open slot's word 6.
namespace span_flag {
inline constexpr std::uint64_t kSampled = 1u << 0;  // W3C sampled
inline constexpr std::uint64_t kRandom = 1u << 1;   // W3C level 2 random
inline constexpr std::uint64_t kParentRemote = 1u << 2;
inline constexpr std::uint64_t kRecorded = 1u << 3;  // attributes are kept, End publishes
inline constexpr std::uint64_t kStatusShift = 4;     // two bits: StatusCode
inline constexpr std::uint64_t kStatusMask = 3u << kStatusShift;
inline constexpr std::uint64_t kDetached = 1u << 6;   // was not its thread's current span
inline constexpr std::uint64_t kSlowStart = 1u << 7;  // open slot only: children take the cold way
// What a child of the same trace takes from its parent's flags.
inline constexpr std::uint64_t kInherited = kSampled | kRandom | kRecorded;
}  // namespace span_flag

// A span's record, head slot:
//   w0 head · w1 trace id high · w2 trace id low · w3 span id · w4 parent span id · w5 start ticks
namespace slot_w6 {
inline constexpr Field kDuration{0, 40};     // ticks; all ones: in a kDuration element
inline constexpr Field kTracestate{40, 24};  // tracestate reference, 0: none
}  // namespace slot_w6
namespace slot_w7 {
inline constexpr Field kCallsite{0, 24};   // definition id
inline constexpr Field kSequence{40, 24};  // the lane's records, modulo 2^24
inline constexpr Field kTenancy{24, 16};   // tenant of the lane, never 0
}  // namespace slot_w7
// Further slots: w0, then 7 words of payload (detail/payload.h).
inline constexpr std::size_t kPayloadWordsPerSlot = kSlotWords - 1;

// One level of a lane's stack of open spans, or one slot of the pool of detached spans.
//   w0 state · w1..w4 as in a record · w5 start ticks · w6 · w7 · 24 payload words
inline constexpr std::size_t kOpenWords = 32;
inline constexpr std::size_t kOpenHeaderWords = 8;
inline constexpr std::size_t kOpenPayloadWords = kOpenWords - kOpenHeaderWords;
struct alignas(64) OpenSlot {
  Word w[kOpenWords];
};
static_assert(sizeof(OpenSlot) == 256);

namespace open_w0 {                         // 0 while it is being written
inline constexpr Field kLive{0, 1};         // 1: the span is open; 0: it has ended or is a context
inline constexpr Field kGeneration{1, 63};  // differs between any two spans of a lane
}  // namespace open_w0
namespace open_w6 {
inline constexpr Field kCallsite{0, 24};
inline constexpr Field kTracestate{24, 24};
inline constexpr Field kFlags{48, 8};
inline constexpr Field kTenancy{56, 8};  // low bits of the tenancy, for display
}  // namespace open_w6
namespace open_w7 {  // the commit word of the payload: stored after the words that it counts
inline constexpr Field kWords{0, 16};      // payload words, inline and overflow
inline constexpr Field kOverflow{16, 20};  // first overflow page, 0: none
inline constexpr Field kAttributes{36, 11};
inline constexpr Field kPopsBelow{47, 1};  // the level below has ended: it goes with this one
inline constexpr Field kEvents{48, 8};
inline constexpr Field kLinks{56, 8};
}  // namespace open_w7

inline constexpr std::uint32_t kOpenDepth = 64;  // spans open at once on one thread
// Level 0 of a stack is not a span: its w1, w2 and flags are what the next root will take.
inline constexpr std::uint32_t kOpenLevels = kOpenDepth + 1;

// A lane's line of counters: stored by the lane's thread alone and never loaded by it (it keeps
// private copies in LaneControl), so that a reader who polls the line costs the writer little.
struct alignas(64) LaneCounters {
  Word position;     // slots published since the lane was made; stored after their heads (release)
  Word records;      // records published, likewise; extends slot_w7::kSequence
  Word started;      // spans started on the lane, recorded or not
  Word sampled_out;  // of these: not recorded
  Word busy;         // span starts refused because they interrupted a recording call
  Word too_deep;     // spans refused because kOpenDepth were open
  Word abandoned;    // scoped spans that never ended on their thread (longjmp, exit): lost
  Word clipped;      // attributes, events, links and bytes cut by a limit
};
static_assert(sizeof(LaneCounters) == 64);

}  // namespace nanospan::detail
