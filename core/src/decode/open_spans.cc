#include "decode/open_spans.h"

#include <algorithm>

namespace nanospan::decode {
namespace {

using namespace detail;

std::uint64_t load_relaxed(const Word& word) noexcept {
  return word.load(std::memory_order_relaxed);
}

// False: the chain of pages leads nowhere, or it claims too much.
bool copy_payload(const format::RegionView& view, const OpenSlot& slot, std::uint64_t commit,
                  std::vector<std::uint64_t>& payload, std::size_t words_max) {
  std::size_t left = static_cast<std::size_t>(open_w7::kWords.get(commit));
  if (left > words_max) return false;
  const auto append = [&](const Word* from, std::size_t count) {
    const std::size_t at = payload.size();
    payload.resize(at + count);
    for (std::size_t word = 0; word < count; ++word) payload[at + word] = load_relaxed(from[word]);
    left -= count;
  };
  append(slot.w + kOpenHeaderWords, std::min(left, kOpenPayloadWords));
  std::uint64_t index = open_w7::kOverflow.get(commit);
  while (left != 0) {
    const Word* const page = index == 0 ? nullptr : view.overflow_page(index);
    if (page == nullptr) return false;
    append(page + 1, std::min(left, format::kOverflowWords));
    index = load_relaxed(page[0]) & 0xffffffff;
  }
  return true;
}

std::optional<format::RingView> ring_at(const format::RegionView& view,
                                        const format::LaneHeader& lane, std::uint64_t position) {
  for (std::uint32_t i = view.ring_count(lane); i-- > 0;)
    if (load_relaxed(lane.rings[i].first_position) <= position) return view.ring(lane, i);
  return std::nullopt;
}

struct Newest {
  std::uint64_t span_id, end_ticks;
};

// The record whose head stands at `position`, if one does.
std::optional<Newest> record_at(const format::RegionView& view, const format::LaneHeader& lane,
                                std::uint64_t position) {
  const auto ring = ring_at(view, lane, position);
  if (!ring) return std::nullopt;
  const Slot& slot = ring->at(position);
  const std::uint64_t head = slot.w[0].load(std::memory_order_acquire);
  if (slot_head::kPosition.get(head) != (position & slot_head::kPosition.max()) ||
      slot_head::kKind.get(head) != static_cast<std::uint64_t>(SlotKind::kSpan))
    return std::nullopt;
  const std::uint64_t duration = slot_w6::kDuration.get(load_relaxed(slot.w[6]));
  Newest newest{load_relaxed(slot.w[3]), load_relaxed(slot.w[5])};
  // A longer one stands in the payload; the heartbeat is later than what is missed here.
  if (duration != slot_w6::kDuration.max()) newest.end_ticks += duration;
  // Pairs with the writer's release fence (publish.h, begin_bodies).
  std::atomic_thread_fence(std::memory_order_acquire);
  if (load_relaxed(slot.w[0]) != head) return std::nullopt;
  return newest;
}

// Back from `end` over padding and further slots to the newest head.
std::optional<Newest> newest_before(const format::RegionView& view, const format::LaneHeader& lane,
                                    std::uint64_t end) {
  for (int steps = 0; end != 0 && steps < 4; ++steps) {
    const auto ring = ring_at(view, lane, end - 1);
    if (!ring) return std::nullopt;
    const std::uint64_t word0 = ring->at(end - 1).w[0].load(std::memory_order_acquire);
    if (slot_head::kPosition.get(word0) != ((end - 1) & slot_head::kPosition.max()))
      return std::nullopt;
    const auto kind = static_cast<SlotKind>(slot_head::kKind.get(word0));
    const std::uint64_t index = kind == SlotKind::kContinue ? slot_head::kSlots.get(word0) : 0;
    if (index >= end) return std::nullopt;
    if (const auto found = record_at(view, lane, end - 1 - index)) return found;
    end -= index + 1;  // padding
  }
  return std::nullopt;
}

}  // namespace

std::optional<OpenImage> copy_open_slot(const format::RegionView& view, const OpenSlot& slot,
                                        std::vector<std::uint64_t>& payload,
                                        std::size_t words_max) {
  const std::uint64_t state = slot.w[0].load(std::memory_order_acquire);
  if (open_w0::kLive.get(state) == 0) return std::nullopt;
  const std::size_t payload_size = payload.size();
  OpenImage image;
  auto& w = image.record.w;
  for (std::size_t word = 1; word < 6; ++word) w[word] = load_relaxed(slot.w[word]);
  const std::uint64_t w6 = load_relaxed(slot.w[6]);
  // Pairs with the release store of who appended: the words it counts are seen.
  const std::uint64_t commit = slot.w[7].load(std::memory_order_acquire);
  const bool is_whole = copy_payload(view, slot, commit, payload, words_max);
  // Pairs with the writer's release fence (publish.h, begin_bodies).
  std::atomic_thread_fence(std::memory_order_acquire);
  if (load_relaxed(slot.w[0]) != state) {
    payload.resize(payload_size);
    return std::nullopt;
  }
  if (!is_whole) payload.resize(payload_size);
  w[0] = slot_head::kFlags.put(open_w6::kFlags.get(w6) & ~span_flag::kSlowStart);
  w[6] = slot_w6::kTracestate.put(open_w6::kTracestate.get(w6));
  w[7] = slot_w7::kCallsite.put(open_w6::kCallsite.get(w6));
  image.tenancy_low = open_w6::kTenancy.get(w6);
  return image;
}

NewestRecords newest_records(const format::RegionView& view, const format::LaneHeader& lane) {
  NewestRecords newest;
  const std::uint64_t position = lane.counters.position.load(std::memory_order_acquire);
  if (const auto counted = newest_before(view, lane, position)) {
    newest.span_ids[0] = counted->span_id;
    newest.last_ticks = counted->end_ticks;
  }
  if (const auto uncounted = record_at(view, lane, position)) {
    newest.span_ids[1] = uncounted->span_id;
    newest.last_ticks = std::max(newest.last_ticks, uncounted->end_ticks);
  }
  return newest;
}

}  // namespace nanospan::decode
