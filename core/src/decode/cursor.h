// LaneCursor: a reader's place in one lane; hands out whole records in their order.
//
// The writer never sees it. Reading one record: head's word 0 (acquire), a copy (relaxed), the
// lane's count of records where it is needed, an acquire fence, head's word 0 again (relaxed): the
// same means whole, anything else overwritten. The fence pairs with the writer's release fence
// behind its zeros (detail/publish.h).
// Loss is counted by the sequence that records carry, extended to 64 bits by what was read before,
// behind a jump by the lane's counter.
// Threads: none. Errors: counted in overwritten() and damaged(), never thrown.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "format/region_view.h"
#include "nanospan/span_batch.h"

namespace nanospan::decode {

// A record's head slot, copied whole. Its payload stands in the vector that next() was given.
struct RecordImage {
  std::array<std::uint64_t, detail::kSlotWords> w;
};

// Word by word, all but the first; spelt out, because -O2 leaves the loop a loop.
NANOSPAN_INLINE void copy_body(const detail::Slot& slot, std::uint64_t* to) noexcept {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((to[I] = slot.w[I + 1].load(std::memory_order_relaxed)), ...);
  }
  (std::make_index_sequence<detail::kSlotWords - 1>{});
}

// Of spans whose thread nobody wrote down. Outlives static destructors: a recorder that is one of
// them is still drained after others.
[[nodiscard]] const std::shared_ptr<const ThreadInfo>& unknown_thread();

class LaneCursor {
 public:
  // `lane`: nullptr where its entry is damaged, which counts as one damaged record.
  LaneCursor(const format::RegionView& view, const format::LaneHeader* lane, bool owner_is_gone);

  // Of all that its rings hold; what was overwritten before does not count as lost.
  void start_at_oldest();
  // At what position() and records() said of another cursor, or the drain's checkpoint says; what
  // was overwritten since counts.
  void start_at(std::uint64_t position, std::uint64_t records);
  // It was alive until now: nothing will overwrite what is there.
  void owner_has_gone() noexcept { owner_is_gone_ = true; }

  // Looks how far the writer is; next() hands out records up to there.
  void look();
  // The next record, its payload words appended to `payload`. False: none for now.
  bool next(RecordImage& image, std::vector<std::uint64_t>& payload);

  [[nodiscard]] bool is_readable() const noexcept { return lane_ != nullptr; }
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  // The writer's, when it was looked at.
  [[nodiscard]] std::uint64_t limit() const noexcept { return limit_; }
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
  [[nodiscard]] std::uint64_t overwritten() const noexcept { return overwritten_; }
  [[nodiscard]] std::uint64_t damaged() const noexcept { return damaged_; }

  // Done with the slots from `first` up to here: their lines are the writer's again.
  void give_back_since(std::uint64_t first) const noexcept;

  // Who recorded under `tenancy`; an unknown one has id 0.
  const std::shared_ptr<const ThreadInfo>& thread(std::uint64_t tenancy);
  // Whose was the record handed out last, or of 0 before the first.
  [[nodiscard]] std::uint64_t tenancy() const noexcept { return tenancy_; }

 private:
  enum class Step { kRecord, kAgain, kNothing };
  bool next_slowly(RecordImage& image, std::vector<std::uint64_t>& payload);
  Step step(RecordImage& image, std::vector<std::uint64_t>& payload);
  Step read_span(std::uint64_t head, RecordImage& image, std::vector<std::uint64_t>& payload);
  // Of a record that begins at `head` and lies in the ring whole.
  bool copy_payload(const detail::Slot* head, std::uint64_t slots,
                    std::vector<std::uint64_t>& payload) const;
  Step miss();
  bool find_ring();
  bool jump_if_lapped();
  void forget_earlier_losses();
  [[nodiscard]] std::uint64_t expected_number(std::uint64_t lane_records) const noexcept;
  bool account(std::uint64_t sequence, std::uint64_t lane_records);
  void settle();
  [[nodiscard]] std::uint64_t end_here() const noexcept;

  const format::RegionView* view_;
  const format::LaneHeader* lane_;
  bool owner_is_gone_;
  bool adopt_sequence_ = false;  // the first record found tells where the count stands
  bool scanning_ = false;        // for the next head, after what could not be read
  bool is_far_ = false;          // the next record's number is not near records_
  bool gap_is_damage_ = true;    // what the next gap of the sequence is put down to
  std::uint64_t position_ = 0;
  std::uint64_t records_ = 0;  // sequence of the record that comes next
  // What was overwritten in rings before this position, or below this number, is not counted.
  std::uint64_t counted_from_ring_ = 0, counted_from_record_ = 0;
  std::uint64_t limit_ = 0;  // the lane's position when it was looked at
  format::RingView ring_;
  std::uint64_t ring_end_ = 0;  // first position that is not in `ring_`
  bool ring_is_last_ = false;
  std::uint64_t overwritten_ = 0;
  std::uint64_t damaged_ = 0;
  std::uint64_t tenancy_ = 0;
  std::shared_ptr<const ThreadInfo> thread_;
};

inline bool LaneCursor::copy_payload(const detail::Slot* head, std::uint64_t slots,
                                     std::vector<std::uint64_t>& payload) const {
  using namespace detail;
  const std::size_t first = payload.size();
  payload.resize(first + static_cast<std::size_t>(slots - 1) * kPayloadWordsPerSlot);
  std::uint64_t* out = payload.data() + first;
  for (std::uint64_t i = 1; i < slots; ++i) {
    const std::uint64_t word0 = head[i].w[0].load(std::memory_order_acquire);
    const std::uint64_t expected = slot_head::kPosition.put(position_ + i) |
                                   slot_head::kKind.put(std::uint64_t(SlotKind::kContinue)) |
                                   slot_head::kSlots.put(i);
    if ((word0 & ~slot_head::kFlags.put(~0ull)) != expected) return false;
    copy_body(head[i], out);
    out += kPayloadWordsPerSlot;
  }
  return true;
}

NANOSPAN_INLINE bool LaneCursor::next(RecordImage& image, std::vector<std::uint64_t>& payload) {
  using namespace detail;
  if (position_ >= limit_ || position_ >= ring_end_ || scanning_ || adopt_sequence_) [[unlikely]]
    return next_slowly(image, payload);
  const std::uint64_t index = (position_ - ring_.first_position) & (ring_.slot_count - 1);
  const Slot& slot = ring_.slots[index];
  const std::uint64_t head = slot.w[0].load(std::memory_order_acquire);
  constexpr std::uint64_t kLook = slot_head::kPosition.put(~0ull) | slot_head::kKind.put(~0ull);
  const std::uint64_t expected =
      slot_head::kPosition.put(position_) | slot_head::kKind.put(std::uint64_t(SlotKind::kSpan));
  // A record does not straddle the ring's end. 0 is no count of slots: it becomes the largest.
  const std::uint64_t further_slots = slot_head::kSlots.get(head) - 1;
  if ((head & kLook) != expected || further_slots >= ring_.slot_count - index) [[unlikely]]
    return next_slowly(image, payload);
  const std::size_t payload_size = payload.size();
  if (further_slots != 0 && !copy_payload(&slot, further_slots + 1, payload)) [[unlikely]] {
    payload.resize(payload_size);
    return next_slowly(image, payload);
  }
  image.w[0] = head;
  copy_body(slot, image.w.data() + 1);
  // Pairs with the writer's release fence (publish.h, begin_bodies).
  std::atomic_thread_fence(std::memory_order_acquire);
  if (slot.w[0].load(std::memory_order_relaxed) != head ||
      slot_w7::kSequence.get(image.w[7]) != (records_ & slot_w7::kSequence.max())) [[unlikely]] {
    payload.resize(payload_size);
    return next_slowly(image, payload);
  }
  position_ += 1 + further_slots;
  ++records_;
  return true;
}

}  // namespace nanospan::decode
