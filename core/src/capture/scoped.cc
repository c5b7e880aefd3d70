// The uncommon starts and ends of scoped spans.
#include <optional>

#include "capture/callsites.h"
#include "capture/payload_stream.h"
#include "capture/publish_record.h"
#include "capture/runtime.h"
#include "capture/sampling_decision.h"
#include "capture/scoped_end.h"
#include "capture/stack.h"
#include "nanospan/detail/publish.h"
#include "nanospan/span.h"

namespace nanospan {
namespace capture {
namespace {

using detail::BusyGate;
using detail::LaneControl;
using detail::load;
using detail::OpenSlot;
using detail::ScopedStart;
using detail::store;
namespace open_w6 = detail::open_w6;
namespace open_w7 = detail::open_w7;
namespace span_flag = detail::span_flag;

std::uint8_t open_gate(const LaneControl& lane) noexcept {
  return lane.gate.load(std::memory_order_relaxed);
}

ScopedStart open_recorded(LaneControl& lane, OpenSlot* parent, std::uint64_t w6,
                          bool ordered) noexcept {
  const BusyGate busy(lane);
  OpenSlot* const slot = parent + 1;
  const std::uint64_t live = detail::open_child(lane, parent, slot, w6);
  store(slot->w[5], ordered ? ordered_ticks(lane) : ticks(lane));
  detail::publish(slot->w[0], live);
  lane.top = slot;
  return {slot, live, lane.exceptions->uncaught};
}

// The parent is no span of this lane: a root, or a context that was attached.
ScopedStart start_local_root(Runtime& runtime, LaneControl& lane,
                             const detail::Callsite& site) noexcept {
  OpenSlot* const parent = lane.top;
  const std::uint64_t inherited = load(parent->w[6]);
  const bool has_parent = load(parent->w[3]) != 0;
  if (!has_parent && runtime.make_trace_id != nullptr) {
    const TraceId made = runtime.make_trace_id({load(parent->w[1]), load(parent->w[2])});
    store(parent->w[1], made.high);
    store(parent->w[2], made.low);
  }
  const std::uint64_t decided = decide(runtime, *parent, site);
  if ((decided & span_flag::kRecorded) == 0) {
    OpenSlot* const slot = detail::start_unrecorded(lane, parent, open_gate(lane));
    store(slot->w[6], open_w6::kFlags.put(decided) | (inherited & open_w6::kTracestate.put(~0ull)));
    if (!has_parent) detail::refresh_trace_id(lane, parent);
    return {slot, 0, 0};
  }
  const std::uint64_t remote = open_w6::kFlags.get(inherited) & span_flag::kParentRemote;
  return open_recorded(lane, parent,
                       open_w6::kCallsite.put(id_of(site)) | open_w6::kFlags.put(decided | remote) |
                           (inherited & open_w6::kTracestate.put(~0ull)),
                       has_parent);
}

void count_refusal(detail::Word& lane_counter) noexcept {
  lane_counter.fetch_add(1, std::memory_order_relaxed);
}

ScopedStart start_uncommon(const detail::Callsite& site) noexcept {
  Runtime* const runtime = current_or_childs();
  if (runtime == nullptr) return {};
  if (has_lane(*detail::tls_lane) && is_busy(*detail::tls_lane)) {
    count_refusal(detail::tls_lane->counters->busy);
    return {};
  }
  LaneControl* const lane = attach_lane(*runtime);
  if (lane == nullptr) {
    count_refusal(runtime->region->header().counters.started_without_lane);
    count_refusal(runtime->region->header().counters.lost_no_lane);
    return {};
  }
  if (lane->top >= lane->limit.load(std::memory_order_relaxed)) {
    count_refusal(lane->counters->too_deep);
    return {};
  }
  const std::uint64_t inherited = load(lane->top->w[6]);
  const std::uint64_t flags = open_w6::kFlags.get(inherited);
  if ((flags & span_flag::kSlowStart) != 0) return start_local_root(*runtime, *lane, site);
  if ((flags & span_flag::kRecorded) == 0)
    return {detail::start_unrecorded(*lane, lane->top, open_gate(*lane)), 0, 0};
  constexpr std::uint64_t kKept =
      open_w6::kTracestate.put(~0ull) | open_w6::kFlags.put(span_flag::kInherited);
  return open_recorded(*lane, lane->top, (inherited & kKept) | id_of(site), false);
}

}  // namespace

void pop(LaneControl& lane, OpenSlot* slot) noexcept {
  lane.top = slot - 1;
  if (open_w7::kPopsBelow.get(load(slot->w[7])) == 0) return;
  while (lane.top > lane.base &&
         (open_w6::kFlags.get(load(lane.top->w[6])) & span_flag::kDetached) != 0) {
    const bool more = open_w7::kPopsBelow.get(load(lane.top->w[7])) != 0;
    --lane.top;
    if (!more) break;
  }
}

namespace {

std::uint64_t error_flag(const OpenSlot& slot, bool failed) noexcept {
  const std::uint64_t status = open_w6::kFlags.get(load(slot.w[6])) & span_flag::kStatusMask;
  return failed && status == 0 ? std::uint64_t(StatusCode::kError) << span_flag::kStatusShift : 0;
}

void close_slot(Runtime& runtime, OpenSlot& slot) noexcept {
  detail::publish(slot.w[0], load(slot.w[0]) & ~detail::open_w0::kLive.put(1));
  free_pages(runtime, slot);
}

// end() on a span with open ones inside it: the record goes out, the level stays until they end.
void end_below_top(Runtime& runtime, LaneControl& lane, OpenSlot* slot,
                   std::optional<std::uint64_t> error) noexcept {
  const BusyGate busy(lane);
  if (error) publish_record(runtime, lane, *slot, {ticks(lane), *error});
  const std::uint64_t pops = load(slot->w[7]) & open_w7::kPopsBelow.put(1);
  if (error) close_slot(runtime, *slot);
  store(slot->w[7], pops);
  store(slot->w[6], load(slot->w[6]) | open_w6::kFlags.put(span_flag::kDetached));
  OpenSlot* const above = slot + 1;
  store(above->w[7], load(above->w[7]) | open_w7::kPopsBelow.put(1));
}

}  // namespace

// What takes more than a copy of the open slot: an error, pages of payload, the ring's end.
void end_by_record(LaneControl& lane, OpenSlot* slot, std::uint64_t end_ticks,
                   bool failed) noexcept {
  Runtime* const runtime = current();
  if (runtime == nullptr || runtime->epoch != lane.epoch) {
    lane.top = slot - 1;  // the recorder stopped while the span was open
    return;
  }
  const BusyGate busy(lane);
  publish_record(*runtime, lane, *slot, {end_ticks, error_flag(*slot, failed)});
  pop(lane, slot);
  close_slot(*runtime, *slot);
}

}  // namespace capture

namespace detail {

ScopedStart start_scoped_cold(Callsite& site) noexcept {
  return capture::start_uncommon(site);
}

void end_scoped_cold(const ScopedEnd& span) noexcept {
  LaneControl& lane = *tls_lane;
  capture::Runtime* const runtime = capture::current();
  // After a fork, after the recorder, or on another thread: not a span of this lane.
  if (runtime == nullptr || !capture::has_lane(lane) || lane.epoch != runtime->epoch) return;
  if (capture::is_busy(lane) || span.slot <= lane.base || span.slot > lane.top) return;
  const bool recorded = span.generation != 0;
  if (recorded && load(span.slot->w[0]) != span.generation) return;
  const bool failed = lane.exceptions->uncaught > span.uncaught;
  if (span.slot != lane.top && !span.leaves_scope) {
    std::optional<std::uint64_t> error;  // empty: not recorded
    if (recorded) error = capture::error_flag(*span.slot, failed);
    capture::end_below_top(*runtime, lane, span.slot, error);
    return;
  }
  capture::drop_levels_above(lane, span.slot);
  if (recorded)
    capture::end_by_record(lane, span.slot, capture::ticks(lane), failed);
  else
    capture::pop(lane, span.slot);
}

}  // namespace detail
}  // namespace nanospan
