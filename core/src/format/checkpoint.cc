#include "format/checkpoint.h"

namespace nanospan::format {
namespace {

using detail::load;

// A drain takes milliseconds from one checkpoint to the next.
constexpr int kTriesMax = 100;

}  // namespace

LaneCheckpoint load_checkpoint(const RegionHeader& header, const LaneHeader& lane) noexcept {
  LaneCheckpoint copy;
  for (int tries = 0; tries < kTriesMax; ++tries) {
    // Pairs with commit_checkpoint's release store: what belongs to this number is seen.
    const std::uint64_t number = header.checkpoint.load(std::memory_order_acquire);
    const Checkpoint& newest = lane.checkpoints[newest_entry(number, lane)];
    copy = {load(newest.position), load(newest.records), load(newest.overwritten)};
    // Pairs with begin_checkpoint's first release fence.
    std::atomic_thread_fence(std::memory_order_acquire);
    if (load(header.checkpoint) == number) break;
  }
  return copy;
}

SpanCounts load_counts(const RegionHeader& header) noexcept {
  SpanCounts copy;
  for (int tries = 0; tries < kTriesMax; ++tries) {
    // Pairs with commit_checkpoint's release store: the counts of this number are seen.
    const std::uint64_t number = header.checkpoint.load(std::memory_order_acquire);
    // Pairs with begin_checkpoint's release store: what is to be undone is seen.
    const std::uint64_t undo_of = header.undo_of.load(std::memory_order_acquire);
    const detail::Word* const counts = undo_of == number + 1 ? header.undo : &header.delivered;
    copy = {load(counts[0]), load(counts[1]), load(counts[2]), load(counts[4]), load(counts[5])};
    // Pairs with both release fences of begin_checkpoint.
    std::atomic_thread_fence(std::memory_order_acquire);
    if (load(header.checkpoint) == number && load(header.undo_of) == undo_of) break;
  }
  return copy;
}

}  // namespace nanospan::format
