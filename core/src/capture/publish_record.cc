#include "capture/publish_record.h"

#include <algorithm>
#include <utility>

#include "capture/payload_stream.h"
#include "nanospan/span.h"

namespace nanospan::capture {
namespace {

using detail::ElementType;
using detail::kPayloadWordsPerSlot;
using detail::LaneControl;
using detail::load;
using detail::OpenSlot;
using detail::Slot;
using detail::store;
namespace open_w6 = detail::open_w6;
namespace open_w7 = detail::open_w7;
namespace slot_head = detail::slot_head;

constexpr std::uint64_t kOneEach = 1;

std::uint64_t head_word(std::uint64_t position, detail::SlotKind kind, std::uint64_t slots,
                        std::uint64_t flags) noexcept {
  return slot_head::kPosition.put(position) |
         slot_head::kKind.put(static_cast<std::uint64_t>(kind)) | slot_head::kSlots.put(slots) |
         slot_head::kFlags.put(flags);
}

// A larger ring that the drain has prepared begins where the old one ends.
void take_next_ring(Runtime& runtime, LaneControl& lane) noexcept {
  format::LaneHeader& header = runtime.region->lane(lane.lane_index);
  const std::uint32_t next = lane.ring_index + 1;
  if (next >= format::kRingsPerLane) return;
  // Pairs with Region::prepare_ring's release store.
  const std::uint64_t slots = header.rings[next].slots.load(std::memory_order_acquire);
  if (slots == 0) return;
  store(header.rings[next].first_position, lane.position);
  detail::publish(header.ring_count, next + kOneEach);
  lane.ring_index = next;
  lane.ring = runtime.region->ring(lane.lane_index, next);
  lane.ring_end = lane.ring + slots;
}

// Fills the ring's end, which the next record does not fit, and goes to its beginning.
void wrap(Runtime& runtime, LaneControl& lane) noexcept {
  const auto left = static_cast<std::uint64_t>(lane.ring_end - lane.next);
  if (left != 0) {
    for (std::uint64_t i = 0; i < left; ++i) detail::invalidate(lane.next[i].w[0]);
    detail::begin_bodies();
    for (std::uint64_t i = left - 1; i != 0; --i)
      detail::publish(lane.next[i].w[0],
                      head_word(lane.position + i, detail::SlotKind::kContinue, i, 0));
    detail::publish(lane.next->w[0], head_word(lane.position, detail::SlotKind::kPad, left, 0));
    lane.position += left;
    detail::publish(lane.counters->position, lane.position);
  }
  take_next_ring(runtime, lane);
  lane.next = lane.ring;
}

// How often in a lap a writer looks whether its reader sleeps.
constexpr std::size_t kStopsPerRing = 4;

void move_stop(LaneControl& lane, std::size_t slots) noexcept {
  const auto ring_slots = static_cast<std::size_t>(lane.ring_end - lane.ring);
  const std::size_t apart = ring_slots / kStopsPerRing;
  const std::size_t filled = static_cast<std::size_t>(lane.next - lane.ring) + slots;
  lane.stop = lane.ring + (filled + apart - 1) / apart * apart;
}

// Whoever fills a quarter of its ring in one sleep of its reader wakes it, before the other three
// are full too: after a silence it sleeps long. One that fills it no faster than its reader expects
// finds another sleep at each stop, and never pays for the call.
void ring_reader(base::Doorbell& bell, LaneControl& lane) noexcept {
  const base::Doorbell::Sleep sleep = bell.now();
  if (std::exchange(lane.reader_sleep, sleep) == sleep) bell.ring(sleep);
}

// The longest run of whole elements that fits; what lies behind it is dropped.
NANOSPAN_COLD std::size_t whole_elements(Runtime& runtime, OpenSlot& slot,
                                         std::size_t words_max) noexcept {
  const std::size_t words = open_w7::kWords.get(load(slot.w[7]));
  std::size_t fits = 0;
  PayloadReader reader(*runtime.region, slot);
  while (fits < words) {
    const std::size_t length = detail::element_words(reader.next());
    if (fits + length > words_max) break;
    fits += length;
    reader.skip(length - 1);
  }
  return fits;
}

struct Body {
  std::size_t words = 0;       // of the slot's payload
  std::uint64_t duration = 0;  // ticks
  bool long_duration = false;  // it needs an element of its own
  std::size_t slots = 0;       // of the record

  void count_slots() noexcept {
    const std::size_t all_words = words + (long_duration ? 2 : 0);
    slots = 1 + (all_words + kPayloadWordsPerSlot - 1) / kPayloadWordsPerSlot;
  }
};

void copy_payload(Runtime& runtime, Slot* out, OpenSlot& slot, const Body& body) noexcept {
  PayloadReader reader(*runtime.region, slot);
  std::size_t at = 0;
  for (Slot* each = out + 1; each != out + body.slots; ++each) {
    for (std::size_t place = 1; place <= kPayloadWordsPerSlot; ++place, ++at) {
      std::uint64_t word = 0;  // ElementType::kEnd
      if (at < body.words)
        word = reader.next();
      else if (body.long_duration && at == body.words)
        word = detail::element_header(ElementType::kDuration, 0, 0, 0);
      else if (body.long_duration && at == body.words + 1)
        word = body.duration;
      store(each->w[place], word);
    }
  }
}

// Head and further slots of a record at the lane's next position.
void write_record(Runtime& runtime, LaneControl& lane, OpenSlot& slot, const Body& body,
                  std::uint64_t more_flags) noexcept {
  const std::size_t slots = body.slots;
  Slot* const out = lane.next;
  const std::uint64_t w6 = load(slot.w[6]);
  const std::uint64_t records = lane.records, position = lane.position;
  for (std::size_t i = 0; i < slots; ++i) detail::invalidate(out[i].w[0]);
  detail::begin_bodies();
  for (unsigned word = 1; word <= 5; ++word) store(out->w[word], load(slot.w[word]));
  store(out->w[6], detail::slot_w6::kDuration.put(
                       body.long_duration ? detail::slot_w6::kDuration.max() : body.duration) |
                       detail::slot_w6::kTracestate.put(open_w6::kTracestate.get(w6)));
  store(out->w[7], detail::slot_w7::kCallsite.put(open_w6::kCallsite.get(w6)) |
                       detail::slot_w7::kSequence.put(records) | lane.tenancy_bits);
  copy_payload(runtime, out, slot, body);
  for (std::size_t i = slots - 1; i != 0; --i)
    detail::publish(out[i].w[0], head_word(position + i, detail::SlotKind::kContinue, i, 0));
  const std::uint64_t flags = open_w6::kFlags.get(w6) & ~detail::span_flag::kSlowStart;
  detail::publish(out->w[0],
                  head_word(position, detail::SlotKind::kSpan, slots, flags | more_flags));
  lane.next = out + slots;
  lane.records = records + 1;
  lane.position = position + slots;
  store(lane.counters->records, records + 1);
  detail::publish(lane.counters->position, position + slots);
}

}  // namespace

NANOSPAN_COLD void pass_stop(Runtime& runtime, LaneControl& lane, std::size_t slots) noexcept {
  if (lane.next + slots > lane.ring_end) wrap(runtime, lane);
  move_stop(lane, slots);
  ring_reader(runtime.region->reader_bell(), lane);
}

void publish_record(Runtime& runtime, LaneControl& lane, OpenSlot& slot,
                    const RecordEnd& end) noexcept {
  Body body;
  body.duration = end.end_ticks - load(slot.w[5]);
  if (static_cast<std::int64_t>(body.duration) < 0) body.duration = 0;  // counters of two cores
  body.long_duration = body.duration >= detail::slot_w6::kDuration.max();
  body.words = open_w7::kWords.get(load(slot.w[7]));
  // A record takes a quarter of its ring at most; a detached span may end on a smaller one.
  const auto ring_slots = static_cast<std::size_t>(lane.ring_end - lane.ring);
  const std::size_t words_max = (ring_slots / 4 - 1) * kPayloadWordsPerSlot - 2;
  if (body.words > words_max) {
    body.words = whole_elements(runtime, slot, words_max);
    store(lane.counters->clipped, ++lane.clipped);
  }
  body.count_slots();
  if (lane.next + body.slots > lane.stop) pass_stop(runtime, lane, body.slots);
  write_record(runtime, lane, slot, body, end.flags);
}

}  // namespace nanospan::capture
