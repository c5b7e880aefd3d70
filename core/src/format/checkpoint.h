// The checkpoint of a region: how far its spans were answered for, and what became of them.
//
// One store makes it valid, that of its number in the header: with it the place in every lane and
// the counts. A process that dies before leaves the checkpoint before, whole, so that who comes
// after counts nothing twice and leaves nothing out.
//
//   writer   release fence ; undo = counts (relaxed) ; undo_of = n + 1 (release) ; release fence ;
//            counts (relaxed) ; of each lane the entry not in use (relaxed) ;
//            checkpoint = n + 1 (release)
//   reader   n = checkpoint (acquire) ; where it reads counts, undo_of (acquire): n + 1 means undo
//   ;
//            copies (relaxed) ; acquire fence ; checkpoint and undo_of as before ? whole : again
//
// What a reader of n copies is written again behind a fence that follows a store of another number,
// or of another undo_of: who copied a new word finds that. tests/model leaves out each step in turn
// and finds a mixed copy each time.
// Threads: one writer: the export worker under its mutex, or of a dead region who has claimed it.
// Readers: anybody, of a copy, or while it is written.
#pragma once

#include <atomic>
#include <cstdint>

#include "format/region_layout.h"
#include "nanospan/detail/compiler.h"
#include "nanospan/detail/publish.h"

namespace nanospan::format {

// Everything in the lane before it was answered for.
struct LaneCheckpoint {
  std::uint64_t position = 0;
  std::uint64_t records = 0;
  std::uint64_t overwritten = 0;  // of these: the drain came too late for
};

// What became of the records before the checkpoint, of all lanes.
struct SpanCounts {
  std::uint64_t delivered = 0;
  std::uint64_t refused = 0;
  std::uint64_t overwritten = 0;
  std::uint64_t unexported = 0;
  std::uint64_t damaged = 0;
};

// Of hostile bytes, or where a writer is faster than the reader time and again: any numbers.
[[nodiscard]] LaneCheckpoint load_checkpoint(const RegionHeader& header,
                                             const LaneHeader& lane) noexcept;
[[nodiscard]] SpanCounts load_counts(const RegionHeader& header) noexcept;

// The lane's entry that belongs to checkpoint `number` or the last before; the other is the next
// one's. Versions 1.0 and 1.1 have zeros where the numbers are: the first entry.
inline std::uint32_t newest_entry(std::uint64_t number, const LaneHeader& lane) noexcept {
  const std::uint64_t first = detail::load(lane.checkpoints[0].number);
  const std::uint64_t second = detail::load(lane.checkpoints[1].number);
  return second <= number && (second > first || first > number) ? 1 : 0;
}

// A writer's steps: begin_checkpoint(), then it changes the header's counts (relaxed), then
// store_checkpoint() for the lanes that have moved, then commit_checkpoint().
inline void begin_checkpoint(RegionHeader& header) noexcept {
  // Pairs with the readers' acquire fences: who copied a word stored from here on, of a lane too,
  // finds the number of the checkpoint before this one.
  NANOSPAN_UNSEEN_BY_TSAN(std::atomic_thread_fence(std::memory_order_release));
  const detail::Word* const counts = &header.delivered;
  for (int i = 0; i < kUndoWords; ++i) detail::store(header.undo[i], detail::load(counts[i]));
  // Pairs with load_counts' acquire load: who sees it sees `undo`.
  detail::publish(header.undo_of, detail::load(header.checkpoint) + 1);
  // Pairs with load_counts' acquire fence: who copied a count changed from here on finds undo_of.
  NANOSPAN_UNSEEN_BY_TSAN(std::atomic_thread_fence(std::memory_order_release));
}
inline void store_checkpoint(const RegionHeader& header, LaneHeader& lane,
                             const LaneCheckpoint& checkpoint) noexcept {
  const std::uint64_t number = detail::load(header.checkpoint);
  Checkpoint& unused = lane.checkpoints[1 - newest_entry(number, lane)];
  detail::store(unused.position, checkpoint.position);
  detail::store(unused.records, checkpoint.records);
  detail::store(unused.overwritten, checkpoint.overwritten);
  detail::store(unused.number, number + 1);
}
inline void commit_checkpoint(RegionHeader& header) noexcept {
  // Pairs with the readers' acquire loads: who sees it sees all that belongs to it.
  detail::publish(header.checkpoint, detail::load(header.checkpoint) + 1);
}

}  // namespace nanospan::format
