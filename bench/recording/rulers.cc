#include "recording/rulers.h"

#include "capture/publish_record.h"
#include "nanospan/detail/callsite.h"
#include "nanospan/detail/lane_control.h"
#include "nanospan/detail/publish.h"
#include "nanospan/detail/tick_source.h"
#include "nanospan/span_types.h"

namespace nanospan::bench {

using detail::LaneControl;
using detail::Slot;
using detail::store;

[[gnu::noinline]] void read_tick_pairs(std::size_t pairs) {
  for (std::size_t i = 0; i < pairs; ++i) {
    const std::uint64_t start = detail::read_ticks();
    const std::uint64_t length = detail::read_ticks() - start;
    asm volatile("" ::"r"(length));
  }
}

namespace {

constinit detail::Callsite bare_site{"bare", __FILE__, __LINE__, "publish_bare_slots"};

constexpr std::uint64_t kHead =
    detail::slot_head::kKind.put(std::uint64_t(detail::SlotKind::kSpan)) |
    detail::slot_head::kSlots.put(1) | detail::slot_head::kFlags.put(detail::span_flag::kInherited);

}  // namespace

[[gnu::noinline]] void publish_bare_slots(std::size_t slots) {
  std::uint64_t callsite = bare_site.state.load(std::memory_order_relaxed);
  if (callsite == 0) callsite = detail::register_callsite(bare_site);
  LaneControl& lane = *detail::tls_lane;
  Slot* out = lane.next;
  std::uint64_t position = lane.position;
  std::uint64_t records = lane.records;
  const std::uint64_t constant = detail::slot_w7::kCallsite.put(callsite) | lane.tenancy_bits;
  for (std::size_t i = 0; i < slots; ++i) {
    const std::uint64_t start = detail::read_ticks();
    const std::uint64_t length = detail::read_ticks() - start;
    if (out >= lane.stop) {
      lane.next = out;
      lane.position = position;
      capture::pass_stop(*capture::current(), lane, 1);
      out = lane.next;
    }
    detail::invalidate(out->w[0]);
    detail::begin_bodies();
    // Ids that any reader takes for real ones.
    for (unsigned word = 1; word <= 4; ++word) store(out->w[word], word);
    store(out->w[5], start);
    store(out->w[6], detail::slot_w6::kDuration.put(length));
    store(out->w[7], constant | detail::slot_w7::kSequence.put(records));
    detail::publish(out->w[0], detail::slot_head::kPosition.put(position) | kHead);
    ++out;
    // The reader bounds what it may copy by the one, and counts what it lost by the other.
    store(lane.counters->records, ++records);
    detail::publish(lane.counters->position, ++position);
  }
  lane.next = out;
  lane.position = position;
  lane.records = records;
  // Keeps the recorder's books balanced: these count as started.
  lane.started += slots;
  store(lane.counters->started, lane.started);
}

}  // namespace nanospan::bench
