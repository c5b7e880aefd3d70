// The end of a scoped span whose payload stands in its open slot: the hot path of every span with
// attributes. All else is publish_record().
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "nanospan/detail/lane_control.h"
#include "nanospan/detail/publish.h"
#include "nanospan/span.h"

namespace nanospan::capture {

// Slots of a record whose payload of so many words stands in its open slot. A multiplication: a
// division takes longer, and a table would be one line more that a span touches.
constexpr std::size_t slots_of_inline(std::size_t words) noexcept {
  return 1 + ((words + detail::kPayloadWordsPerSlot - 1) * 37 >> 8);
}
static_assert(detail::kPayloadWordsPerSlot == 7);
static_assert([] {
  for (std::size_t words = 0; words <= detail::kOpenPayloadWords; ++words)
    if (slots_of_inline(words) != 1 + (words + 6) / 7) return false;
  return true;
}());

// Spelt out, because -O2 leaves the loop a loop.
NANOSPAN_INLINE void fill_slot(detail::Slot& slot, const detail::Word* from) noexcept {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (detail::store(slot.w[I + 1], detail::load(from[I])), ...);
  }
  (std::make_index_sequence<detail::kPayloadWordsPerSlot>{});
}

// False, and nothing was written: the payload stands in pages or there is none, the span took too
// long for one slot, or the ring has no room below the lane's stop.
[[nodiscard]] NANOSPAN_INLINE bool publish_inline(detail::LaneControl& lane, detail::OpenSlot& slot,
                                                  std::uint64_t end_ticks) noexcept {
  using namespace detail;
  constexpr std::uint64_t kElsewhere = open_w7::kOverflow.put(~0ull) | open_w7::kPopsBelow.put(1);
  const std::uint64_t commit = load(slot.w[7]);
  const std::uint64_t start_ticks = load(slot.w[5]);
  const std::uint64_t duration = end_ticks - start_ticks;
  const std::size_t words = open_w7::kWords.get(commit);
  // All ones stand for what is longer.
  if (words == 0 || ((commit & kElsewhere) | (duration + 1) >> slot_w6::kDuration.width) != 0)
    return false;
  const std::size_t slots = slots_of_inline(words);
  Slot* const out = lane.next;
  Slot* const behind = out + slots;
  if (behind > lane.stop) return false;
  invalidate(out->w[0]);
  for (Slot* each = out + 1; each != behind; ++each) invalidate(each->w[0]);
  begin_bodies();
  // Whole slots are copied, with whatever stands behind the last word: the end mark hides it.
  const Word* from = &slot.w[kOpenHeaderWords];
  std::uint64_t word0 = slot_head::kPosition.put(lane.position) |
                        slot_head::kKind.put(std::uint64_t(SlotKind::kContinue));
  for (Slot* each = out + 1; each != behind; ++each, from += kPayloadWordsPerSlot) {
    fill_slot(*each, from);
    word0 += slot_head::kPosition.put(1) + slot_head::kSlots.put(1);
    publish(each->w[0], word0);
  }
  const std::size_t in_last = words - (slots - 2) * kPayloadWordsPerSlot;
  if (in_last != kPayloadWordsPerSlot) store(behind[-1].w[in_last + 1], 0);  // ElementType::kEnd
  publish_head(lane, &slot, {start_ticks, duration, slots});
  return true;
}

}  // namespace nanospan::capture
