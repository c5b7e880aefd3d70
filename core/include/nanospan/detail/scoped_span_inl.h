// The hot path: start and end of a scoped span. Two ticks, one open slot, one slot of the ring.
//
// Everything that is not the common case leaves by one out-of-line call: no lane yet, the stack is
// full, a handler interrupted us, a sampling decision is due, attributes are to be copied, a
// quarter of the ring is full, an exception is in flight.
#pragma once

#include "nanospan/span.h"

namespace nanospan {
namespace detail {

struct ScopedStart {
  OpenSlot* slot = nullptr;
  std::uint64_t generation = 0;
  std::uint32_t uncaught = 0;
};
NANOSPAN_EXPORT ScopedStart start_scoped_cold(Callsite& site) noexcept;
struct ScopedEnd {
  OpenSlot* slot;
  std::uint64_t generation;
  std::uint32_t uncaught;
  bool leaves_scope;  // false: end() was called, spans inside it may still be open
};
NANOSPAN_EXPORT void end_scoped_cold(const ScopedEnd& span) noexcept;
// The innermost span of this lane, with what end() has no room for; `end_ticks` was just read.
NANOSPAN_EXPORT void end_scoped_full(LaneControl& lane, OpenSlot* slot, std::uint64_t end_ticks,
                                     bool failed) noexcept;

// The trace id that the next root of this lane will take. The low half alone is uniformly random
// over the lane's life, as W3C level 2 asks of the low 7 bytes.
NANOSPAN_INLINE void refresh_trace_id(LaneControl& lane, OpenSlot* level) noexcept {
  const std::uint64_t low = next_id(lane.trace_ids);
  store(level->w[2], low);
  store(level->w[1], (low ^ lane.trace_key) * kIdStep);
}

// Returns the new level's word 0, which is to be published after the start ticks are stored.
NANOSPAN_INLINE std::uint64_t open_child(LaneControl& lane, OpenSlot* parent, OpenSlot* slot,
                                         std::uint64_t w6) noexcept {
  const std::uint64_t started = ++lane.started;
  const std::uint64_t parent_id = load(parent->w[3]);
  invalidate(slot->w[0]);
  begin_bodies();
  store(slot->w[1], load(parent->w[1]));
  store(slot->w[2], load(parent->w[2]));
  store(slot->w[3], next_id(lane.span_ids));
  store(slot->w[4], parent_id);
  store(slot->w[6], w6);
  store(slot->w[7], 0);
  store(lane.counters->started, started);
  if (parent_id == 0) refresh_trace_id(lane, parent);
  return started << 1 | 1;
}

// A child of a span that is not recorded: a context of its own, and nothing else.
NANOSPAN_INLINE OpenSlot* start_unrecorded(LaneControl& lane, OpenSlot* parent,
                                           std::uint8_t open_gate) noexcept {
  const BusyGate busy(lane, open_gate);
  OpenSlot* const slot = parent + 1;
  const std::uint64_t started = ++lane.started;
  store(slot->w[0], started << 1);  // never 0, which a span without a generation would match
  store(slot->w[1], load(parent->w[1]));
  store(slot->w[2], load(parent->w[2]));
  store(slot->w[3], next_id(lane.span_ids));
  store(slot->w[6], load(parent->w[6]));
  store(slot->w[7], 0);
  store(lane.counters->started, started);
  store(lane.counters->sampled_out, ++lane.sampled_out);
  lane.top = slot;
  return slot;
}

struct HeadSlot {
  std::uint64_t start_ticks;
  std::uint64_t duration;  // fits slot_w6::kDuration
  std::uint64_t slots;     // of the record; those behind the head are written already
};

// The head of a record at the lane's next position, whose slots have been invalidated; with it the
// record is published and counted.
NANOSPAN_INLINE void publish_head(LaneControl& lane, const OpenSlot* slot,
                                  const HeadSlot& head) noexcept {
  Slot* const out = lane.next;
  const std::uint64_t w6 = load(slot->w[6]);
  const std::uint64_t records = lane.records, position = lane.position;
  LaneCounters* const counters = lane.counters;
  store(out->w[1], load(slot->w[1]));
  store(out->w[2], load(slot->w[2]));
  store(out->w[3], load(slot->w[3]));
  store(out->w[4], load(slot->w[4]));
  store(out->w[5], head.start_ticks);
  store(out->w[6], head.duration | slot_w6::kTracestate.put(open_w6::kTracestate.get(w6)));
  store(out->w[7],
        slot_w7::kCallsite.put(w6) | slot_w7::kSequence.put(records) | lane.tenancy_bits);
  publish(out->w[0], slot_head::kPosition.put(position) |
                         slot_head::kKind.put(std::uint64_t(SlotKind::kSpan)) |
                         slot_head::kSlots.put(head.slots) |
                         slot_head::kFlags.put(open_w6::kFlags.get(w6)));
  lane.next = out + head.slots;
  lane.records = records + 1;
  lane.position = position + head.slots;
  store(counters->records, records + 1);
  publish(counters->position, position + head.slots);
}

}  // namespace detail

inline void ScopedSpan::adopt(const detail::ScopedStart& cold) noexcept {
  slot_ = cold.slot;
  uncaught_ = cold.uncaught;
  generation_ = cold.generation;
}

void ScopedSpan::start(detail::Callsite& site) noexcept {
  using namespace detail;
  std::uint32_t callsite = site.state.load(std::memory_order_relaxed);
  // Off first, and not called unlikely: where nothing is recorded that is all a span costs.
  if (callsite == kCallsiteOff) return;
  if (callsite == 0) [[unlikely]] {
    callsite = register_callsite(site);
    if (callsite == kCallsiteOff) return;
  }
  LaneControl& lane = *tls_lane;
  OpenSlot* const parent = lane.top;
  if (parent >= lane.limit.load(std::memory_order_relaxed) ||
      lane.gate.load(std::memory_order_relaxed) != 0) [[unlikely]] {
    return adopt(start_scoped_cold(site));
  }
  const std::uint64_t inherited = load(parent->w[6]);
  constexpr std::uint64_t kUncommon = span_flag::kRecorded | span_flag::kSlowStart;
  if (const std::uint64_t flags = open_w6::kFlags.get(inherited) & kUncommon;
      flags != span_flag::kRecorded) [[unlikely]] {
    if (flags != 0) return adopt(start_scoped_cold(site));
    slot_ = start_unrecorded(lane, parent, 0);
    return;
  }
  const BusyGate busy(lane, 0);
  OpenSlot* const slot = parent + 1;
  constexpr std::uint64_t kKept =
      open_w6::kTracestate.put(~0ull) | open_w6::kFlags.put(span_flag::kInherited);
  const std::uint64_t live = open_child(lane, parent, slot, (inherited & kKept) | callsite);
  uncaught_ = lane.exceptions->uncaught;
  store(slot->w[5], read_ticks());
  publish(slot->w[0], live);
  lane.top = slot;
  slot_ = slot;
  generation_ = live;
}

void ScopedSpan::finish(bool leaves_scope) noexcept {
  using namespace detail;
  OpenSlot* const slot = slot_;
  if (slot == nullptr) return;
  slot_ = nullptr;
  LaneControl& lane = *tls_lane;
  if (lane.top != slot || lane.gate.load(std::memory_order_relaxed) != 0) [[unlikely]]
    return end_scoped_cold({slot, generation_, uncaught_, leaves_scope});
  const std::uint64_t live = generation_;
  if (load(slot->w[0]) != live) [[unlikely]] {
    if (live != 0 || load(slot->w[7]) != 0)
      return end_scoped_cold({slot, live, uncaught_, leaves_scope});
    lane.top = slot - 1;  // not recorded
    return;
  }
  generation_ = 0;
  const std::uint64_t end_ticks = read_ticks();
  const std::uint64_t start_ticks = load(slot->w[5]);
  const std::uint64_t duration = end_ticks - start_ticks;
  const bool failed = lane.exceptions->uncaught > uncaught_;
  // One branch for what is rarely so, and never of a span without attributes.
  if (lane.next >= lane.stop ||
      (duration >> slot_w6::kDuration.width | load(slot->w[7]) | failed) != 0) [[unlikely]]
    return end_scoped_full(lane, slot, end_ticks, failed);
  const BusyGate busy(lane, 0);
  invalidate(lane.next->w[0]);
  begin_bodies();
  publish_head(lane, slot, {start_ticks, duration, 1});
  publish(slot->w[0], live - 1);
  lane.top = slot - 1;
}

template <typename K>
void ScopedSpan::add_event(K&& name) noexcept {
  if (generation_ == 0) return;
  detail::add_event(slot_, name);
}

template <typename K, typename V>
requires(std::is_arithmetic_v<std::remove_cvref_t<V>> ||
         std::is_convertible_v<V, std::string_view> ||
         std::is_same_v<std::remove_cvref_t<V>,
                        Key>) void ScopedSpan::set_attribute(K&& key, V&& value) noexcept {
  using namespace detail;
  using Value = std::remove_cvref_t<V>;
  if (generation_ == 0) return;
  if constexpr (std::is_same_v<Value, Key>) {
    add_literal(slot_, key, value);
  } else if constexpr (std::is_same_v<Value, bool>) {
    add_word<ElementType::kBool>(slot_, key, value ? 1 : 0);
  } else if constexpr (std::is_integral_v<Value>) {
    const AttributeValue number(value);
    if (number.is_clipped()) [[unlikely]]
      annotate_attribute(target(), text_ref(key), number);
    else
      add_word<ElementType::kInt64>(slot_, key, static_cast<std::uint64_t>(number.as_int64()));
  } else if constexpr (std::is_floating_point_v<Value>) {
    const auto real = static_cast<double>(value);
    add_word<ElementType::kDouble>(slot_, key, std::bit_cast<std::uint64_t>(real));
  } else if constexpr (std::is_convertible_v<V, const char*>) {
    add_text(slot_, key, AttributeValue(static_cast<const char*>(value)).as_string());
  } else {
    add_text(slot_, key, value);
  }
}

}  // namespace nanospan
