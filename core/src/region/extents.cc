// Lanes, rings, chunks and pages: what the region hands out piecewise, and never takes back.
#include <algorithm>
#include <bit>

#include "nanospan/detail/publish.h"
#include "region/region.h"

namespace nanospan::region {

using detail::load;
using detail::publish;
using detail::store;

std::uint64_t Region::take_extent(std::uint64_t bytes) {
  format::RegionHeader& head = header();
  const std::uint64_t used = load(head.extents_used);
  if (used + bytes > options_.budget_bytes) return 0;
  const std::uint64_t offset = head.extents_offset + used;
  if (!populate(offset, bytes)) return 0;
  store(head.extents_used, used + bytes);
  return offset;
}

bool Region::populate_ahead(std::uint64_t bytes) noexcept {
  constexpr std::uint64_t kPieceBytes = 64u << 10;
  const std::lock_guard lock(mutex_);
  const std::uint64_t used = load(header().extents_used), end = used + bytes;
  extents_populated_ = std::max(extents_populated_, used);
  if (end > options_.budget_bytes || extents_populated_ >= end) return true;
  const std::uint64_t piece = std::min(kPieceBytes, end - extents_populated_);
  if (!populate(header().extents_offset + extents_populated_, piece)) return true;
  extents_populated_ += piece;
  return extents_populated_ >= end;
}

// Past half of the budget rings get smaller, so that more threads find a lane.
std::uint64_t Region::first_ring_bytes() const noexcept {
  const auto& head = *reinterpret_cast<const format::RegionHeader*>(base_);
  const std::uint64_t eighths = load(head.extents_used) * 8 / options_.budget_bytes;
  const unsigned halvings = eighths < 4 ? 0 : static_cast<unsigned>(eighths) - 3;
  return std::max<std::uint64_t>(options_.ring_bytes_initial >> halvings, 16u << 10);
}

format::LaneHeader& Region::lane(std::uint32_t index) noexcept {
  const auto* const table =
      reinterpret_cast<const detail::Word*>(base_ + header().lane_table_offset);
  return *reinterpret_cast<format::LaneHeader*>(base_ + load(table[index]));
}

detail::OpenSlot* Region::open_stack(std::uint32_t index) noexcept {
  return reinterpret_cast<detail::OpenSlot*>(reinterpret_cast<std::byte*>(&lane(index)) +
                                             format::kLaneStackOffset);
}

detail::Slot* Region::ring(std::uint32_t lane_index, std::uint32_t ring_index) noexcept {
  return reinterpret_cast<detail::Slot*>(base_ + load(lane(lane_index).rings[ring_index].offset));
}

std::int64_t Region::add_lane() {
  const std::lock_guard lock(mutex_);
  format::RegionHeader& head = header();
  const std::uint64_t index = load(head.lane_count);
  if (index >= format::kLanesMax) return -1;
  const std::uint64_t ring_bytes = first_ring_bytes();
  const std::uint64_t offset = take_extent(format::kLaneBytes + ring_bytes);
  if (offset == 0) return -1;
  auto& made = *reinterpret_cast<format::LaneHeader*>(base_ + offset);
  store(made.rings[0].offset, offset + format::kLaneBytes);
  store(made.rings[0].slots, ring_bytes / sizeof(detail::Slot));
  store(made.rings[0].first_position, 0);
  store(made.state, std::uint64_t(format::LaneState::kFree));
  publish(made.ring_count, 1);
  auto* const table = reinterpret_cast<detail::Word*>(base_ + head.lane_table_offset);
  store(table[index], offset);
  // Pairs with a reader's acquire load of the count.
  publish(head.lane_count, index + 1);
  return static_cast<std::int64_t>(index);
}

bool Region::prepare_ring(std::uint32_t lane_index, std::uint64_t slots) {
  const std::lock_guard lock(mutex_);
  format::LaneHeader& target = lane(lane_index);
  const std::uint64_t count = target.ring_count.load(std::memory_order_acquire);
  if (count >= format::kRingsPerLane || load(target.rings[count].slots) != 0) return false;
  slots = std::min(std::bit_ceil(slots), options_.ring_bytes_max / sizeof(detail::Slot));
  if (slots <= load(target.rings[count - 1].slots)) return false;
  const std::uint64_t offset = take_extent(slots * sizeof(detail::Slot));
  if (offset == 0) {
    header().counters.grow_refused.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  store(target.rings[count].offset, offset);
  // Pairs with the writer's acquire load at its next wrap; the writer stores first_position and
  // then ring_count, and from there the readers follow.
  publish(target.rings[count].slots, slots);
  return true;
}

detail::OpenSlot* Region::add_detached_chunk() {
  const std::lock_guard lock(mutex_);
  format::RegionHeader& head = header();
  const std::uint64_t index = load(head.detached_chunk_count);
  if (index >= format::kDetachedChunksMax) return nullptr;
  const std::uint64_t offset = take_extent(format::kDetachedPerChunk * sizeof(detail::OpenSlot));
  if (offset == 0) return nullptr;
  auto* const table = reinterpret_cast<detail::Word*>(base_ + head.detached_table_offset);
  store(table[index], offset);
  publish(head.detached_chunk_count, index + 1);
  return reinterpret_cast<detail::OpenSlot*>(base_ + offset);
}

std::uint32_t Region::take_page() {
  const std::lock_guard lock(mutex_);
  if (free_page_ == 0) {
    constexpr std::uint64_t kPagesAtOnce = 16;
    std::uint64_t offset = take_extent(kPagesAtOnce * format::kPage);
    if (offset == 0) return 0;
    for (std::uint64_t i = 0; i < kPagesAtOnce; ++i, offset += format::kPage) {
      const auto index = static_cast<std::uint32_t>(offset / format::kPage);
      store(*page(index), free_page_);
      free_page_ = index;
    }
  }
  const std::uint32_t taken = free_page_;
  free_page_ = static_cast<std::uint32_t>(load(*page(taken)));
  store(*page(taken), 0);
  return taken;
}

void Region::give_page(std::uint32_t first) {
  const std::lock_guard lock(mutex_);
  while (first != 0) {
    const auto next = static_cast<std::uint32_t>(load(*page(first)));
    store(*page(first), free_page_);
    free_page_ = first;
    first = next;
  }
}

}  // namespace nanospan::region
