// The region's layout beyond the slots: header, counters, anchors, lanes, definitions.
// FORMAT.md beside this file describes every byte; detail/layout.h has what the hot path touches.
//
// Threads: a plain member is written before the header's state says kLive and never again; a Word
// is stored by the one named beside it. Memory: offsets are bytes from the start of the file.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nanospan/detail/layout.h"

namespace nanospan::format {

using detail::Field;
using detail::Word;

inline constexpr std::size_t kPage = 4096;
inline constexpr std::uint64_t kMagic =
    0x4e4150534f4e414eULL;  // "NANOSPAN" as bytes, little-endian
// A reader that knows another major version stops with a sentence; minor additions are skipped.
inline constexpr std::uint32_t kVersionMajor = 1;
inline constexpr std::uint32_t kVersionMinor = 2;

// Pages of payload are named by 20 bits (open_w7::kOverflow).
inline constexpr std::uint64_t kRegionBytesMax = std::uint64_t{kPage} << 20;
inline constexpr std::uint32_t kLanesMax = 4096;
inline constexpr std::uint32_t kRingsPerLane = 8;
inline constexpr std::uint32_t kTenantsPerLane = 56;
inline constexpr std::uint32_t kAnchors = 256;
inline constexpr std::uint32_t kDetachedChunksMax = 256;
inline constexpr std::uint32_t kDetachedPerChunk = 64;
inline constexpr std::uint64_t kDefinitionsBytes = 4u << 20;
inline constexpr std::uint32_t kTracestates = 1024;
inline constexpr std::uint32_t kTracestateBytes = 512;
inline constexpr std::uint32_t kCrashFrames = 64;
inline constexpr std::uint32_t kCrashTypeBytes = 256;
inline constexpr std::uint32_t kCrashMessageBytes = 512;
inline constexpr std::uint32_t kModules = 256;
inline constexpr std::uint32_t kBuildIdBytes = 32;
inline constexpr std::uint32_t kModulePathBytes = 440;
inline constexpr int kUndoWords = 6;

enum class RegionState : std::uint64_t { kMaking = 0, kLive = 1, kClosed = 2 };

// Counters of the region, for what no lane can count. Any thread, cold: fetch_add, relaxed.
struct alignas(64) RegionCounters {
  Word started_without_lane;   // spans refused below, and detached spans
  Word lost_no_lane;           // of these: no lane could be had
  Word lost_no_detached_slot;  // of these: the pool of detached spans is full
  Word sampled_out_detached;   // of these: not recorded
  Word committed_detached;     // of these: published, in some lane's records
  Word detached_abandoned;     // of these: ended where no lane could be had, or never could publish
  Word definitions_refused;    // callsites and keys that did not fit: their text is inline
  Word grow_refused;           // rings that could not grow: budget or memory
};

// Page 0.
struct RegionHeader {
  std::uint64_t magic;
  std::uint32_t version_major;
  std::uint32_t version_minor;
  std::uint32_t header_bytes;  // of this page: 4096
  std::uint32_t tick_source;   // detail::TickSource
  std::uint64_t region_bytes;  // length of the file

  std::uint64_t pid;                  // for display only: liveness is the OFD lock
  std::uint64_t process_start_ticks;  // /proc/PID/stat field 22, for display only
  std::uint8_t boot_id[16];
  std::int64_t created_unix_ns;

  std::uint64_t anchors_offset;         // Anchor[kAnchors]
  std::uint64_t lane_table_offset;      // Word[kLanesMax]: offset of each lane, 0: none
  std::uint64_t definitions_offset;     // kDefinitionsBytes
  std::uint64_t tracestates_offset;     // Tracestate[kTracestates]
  std::uint64_t detached_table_offset;  // Word[kDetachedChunksMax]: offset of each chunk, 0: none
  std::uint64_t extents_offset;         // what is handed out piecewise begins here
  std::uint64_t crash_offset;           // CrashPage, then Module[kModules]; 0: none (version 1.0)

  alignas(64) Word state;     // RegionState; the owner
  Word lane_count;            // entries of the lane table; release, after the entry
  Word definitions_bytes;     // committed bytes of definitions; release, after them
  Word anchor_count;          // anchors ever stored; release, after the anchor
  Word detached_chunk_count;  // release, after the entry
  Word extents_used;          // bytes handed out beyond extents_offset; the region's mutex
  Word heartbeat_ticks;       // the drain, once a second: alive at this tick
  Word definitions_count;     // for display

  RegionCounters counters;

  // Whoever writes checkpoints (checkpoint.h), all but in_export, which the drain keeps.
  alignas(64) Word delivered;  // spans whose export succeeded
  Word refused;                // spans whose export failed
  Word overwritten;            // spans the drain came too late for
  Word in_export;              // spans handed to an exporter, no answer yet
  Word unexported;             // record-only and unsampled spans read and not exported
  Word damaged;                // records that did not check

  // Any thread, cold: fetch_add, relaxed. Attributes, events, links, names, statuses, exceptions
  // that are missing from a span which was recorded.
  alignas(64) Word annotations_lost_busy;  // they interrupted a recording call
  Word annotations_lost_no_lane;           // of a detached span, where no lane could be had

  // What this process recovered of dead ones; the drain. Not in the equations of its own spans.
  Word recovered_spans;    // delivered
  Word recovered_regions;  // delivered whole and removed
  Word recover_failed;     // left, since a delivery failed
  // Of a dead one: processes that died in a row while they read it; who recovers it.
  Word recovery_attempts;

  // Whoever writes checkpoints, the drain or who recovers the region; zeros before version 1.2.
  alignas(64) Word checkpoint;  // number of the newest; release, after all that belongs to it
  Word undo_of;                 // n: until checkpoint n is stored, `undo` has the counts; release
  Word undo[kUndoWords];        // delivered to damaged, before undo_of
};
static_assert(offsetof(RegionHeader, damaged) - offsetof(RegionHeader, delivered) ==
              (kUndoWords - 1) * sizeof(Word));
static_assert(sizeof(RegionHeader) <= kPage);

// A tick bracketed by reads of the clocks. w: sequence (0 while written), ticks, realtime,
// monotonic.
struct Anchor {
  Word sequence;      // 1-based number of the anchor, 0 while it is being written
  Word ticks;         // midpoint of the bracket
  Word realtime_ns;   // CLOCK_REALTIME
  Word monotonic_ns;  // CLOCK_MONOTONIC
};

// Which ring holds a position: the last entry whose first_position is not above it.
struct RingEntry {
  Word offset;          // of Slot[slots]
  Word slots;           // a power of two
  Word first_position;  // slot index = (position - first_position) & (slots - 1)
  Word reserved;
};

// A past or present tenant of a lane: w as an open slot's protocol, tenancy 0 while it is written.
struct Tenant {
  Word tenancy;
  Word thread_id;
  Word name[2];       // 16 bytes, NUL-padded (PR_GET_NAME)
  Word first_record;  // the lane's record count when it moved in
  Word reserved[3];
};

enum class LaneState : std::uint64_t { kFree = 1, kLeased = 2 };

// What a lane holds before its position was delivered or counted as lost (checkpoint.h).
struct Checkpoint {
  Word position;
  Word records;
  Word overwritten;  // records of this lane the drain came too late for
  Word number;       // it is valid when the header's number is as high; 0 before version 1.2
};

// First page of a lane; the open-span stack (OpenSlot[kOpenLevels]) follows at kLaneStackOffset.
//
// The counters stand at 192 modulo 256, where no open level's first line and no control block has
// its hot lines: addresses that agree in their low 12 bits delay each other's loads (measured: 1.26
// instead of 1.01 times the two ticks).
struct LaneHeader {
  alignas(64) Word state;  // LaneState; under the region's mutex
  Word tenancy;            // of the present tenant, 1..65535
  Word ring_count;    // entries of rings; release, after the entry; the writer when it switches
  Word tenant_count;  // tenants ever; entry i is at i % kTenantsPerLane

  // The drain; of those that are valid the one with the higher number.
  alignas(64) Checkpoint checkpoints[2];

  alignas(64) Word reserved[8];
  detail::LaneCounters counters;

  alignas(64) RingEntry rings[kRingsPerLane];
  Tenant tenants[kTenantsPerLane];
};
inline constexpr std::size_t kLaneStackOffset = kPage;
static_assert(sizeof(LaneHeader) == kPage && offsetof(LaneHeader, counters) % 256 == 192);
inline constexpr std::size_t kLaneBytes =
    (kLaneStackOffset + sizeof(detail::OpenSlot) * detail::kOpenLevels + kPage - 1) / kPage * kPage;

// An entry of the definitions: w0, then the body; ids count from 1 in the order of the entries.
namespace definition_w0 {
inline constexpr Field kBytes{0, 32};  // of the whole entry, a multiple of 8
inline constexpr Field kType{32, 8};
inline constexpr Field kId{40, 24};
}  // namespace definition_w0
enum class DefinitionType : std::uint8_t {
  kString = 1,             // w1 length in bytes · text, padded
  kCallsite = 2,           // w1..w4 below
  kResourceAttribute = 3,  // one attribute element (detail/payload.h) with an inline key
  kSchemaUrl = 4,          // as kString: the resource's schema URL
};
namespace callsite_w1 {
inline constexpr Field kName{0, 24};  // ids of strings, 0: none
inline constexpr Field kKind{24, 8};
inline constexpr Field kLevel{32, 8};
inline constexpr Field kLine{40, 24};
}  // namespace callsite_w1
namespace callsite_w2 {
inline constexpr Field kTarget{0, 24};
inline constexpr Field kFile{24, 24};
}  // namespace callsite_w2
namespace callsite_w3 {
inline constexpr Field kFunction{0, 24};
inline constexpr Field kScopeName{24, 24};
}  // namespace callsite_w3
namespace callsite_w4 {
inline constexpr Field kScopeVersion{0, 24};
}  // namespace callsite_w4
inline constexpr std::size_t kCallsiteBytes = std::size_t{5} * 8;

// A vendor state that came with a remote parent, stored once per local root. The newest
// kTracestates are kept; `reference` is 1 + (count mod (2^24 - 1)), entry (reference - 1) %
// kTracestates.
struct alignas(64) Tracestate {
  Word reference;  // 0 while it is being written
  Word bytes;
  Word text[kTracestateBytes / 8];
};

// What the crash handler leaves, if one is installed. The thread that crashes writes it, and no
// other; its words stay zero until then. `begun` without `written`: it died within the handler.
enum class CrashKind : std::uint64_t { kSignal = 1, kTerminate = 2 };
struct CrashPage {
  Word begun;      // number of the crash that is being written, from 1
  Word written;    // the same number, release, after all up to `type_bytes`; 0: none, or withdrawn
  Word kind;       // CrashKind
  Word signal;     // 0: std::terminate
  Word code;       // si_code, 32 bits
  Word address;    // si_addr of a fault
  Word sender;     // process id of who sent the signal; 0: the kernel
  Word thread_id;  // as the kernel numbers it
  Word thread_name[2];  // as a Tenant's
  Word lane;            // 1 + index of the thread's lane, 0: it had none
  Word tenancy;         // of the lane
  Word span_id;         // current on the thread, 0: none; it may be another process's
  Word pc;
  Word sp;
  Word ticks;
  Word type_bytes;  // of an exception's type, as the ABI mangles it
  Word type[kCrashTypeBytes / 8];
  // Later than `written`, each counted (release) after its words.
  Word frame_count;  // frames[0] is pc, the others are return addresses, the innermost first
  Word frames[kCrashFrames];
  Word message_bytes;  // of the exception
  Word message[kCrashMessageBytes / 8];
};
static_assert(sizeof(CrashPage) <= kPage);

// A module that was loaded, from one page behind the crash page on.
struct Module {
  Word first;           // its lowest address; 0: no module, or being written; release
  Word end;             // behind its highest
  Word bias;            // what was added to the addresses in its file
  Word build_id_bytes;  // 0: it has none
  Word build_id[kBuildIdBytes / 8];
  Word path_bytes;  // 0: unknown, or longer than fits
  Word path[kModulePathBytes / 8];
};
static_assert(sizeof(Module) == 512);
inline constexpr std::size_t kCrashBytes = kPage + sizeof(Module) * kModules;

// A page of payload that outgrew its open slot. w0: index of the next page (32 bits), 0: last.
inline constexpr std::size_t kOverflowWords = kPage / 8 - 1;

}  // namespace nanospan::format
