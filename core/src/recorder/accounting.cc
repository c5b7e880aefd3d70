#include "recorder/accounting.h"

#include <algorithm>

#include "format/checkpoint.h"
#include "nanospan/detail/publish.h"
#include "recorder/recorder_impl.h"

namespace nanospan::recorder {

using detail::load;

namespace {

void add_lane(const format::RegionView& region, std::uint32_t index, Accounting& sum) {
  const format::LaneHeader* const lane = region.lane(index);
  if (lane == nullptr) return;
  const detail::LaneCounters& counters = lane->counters;
  const std::uint64_t busy = load(counters.busy), too_deep = load(counters.too_deep);
  sum.started += load(counters.started) + busy + too_deep;
  sum.sampled_out += load(counters.sampled_out);
  sum.committed += load(counters.records);
  sum.lost_busy += busy;
  sum.lost_too_deep += too_deep;
  sum.lost_abandoned += load(counters.abandoned);
  sum.clipped += load(counters.clipped);
  const detail::OpenSlot* const stack = region.open_stack(index);
  for (std::uint32_t level = 1; stack != nullptr && level < detail::kOpenLevels; ++level)
    sum.in_flight += detail::open_w0::kLive.get(load(stack[level].w[0]));
}

// Records that its rings have overwritten before anybody read them, at least: one has a slot or
// more. Without a drain nobody else counts them.
std::uint64_t overwritten_unread(const format::RegionView& region, const format::LaneHeader& lane) {
  const std::uint64_t position = load(lane.counters.position);
  const format::LaneCheckpoint checkpoint = format::load_checkpoint(region.header(), lane);
  const std::uint64_t confirmed = std::min(checkpoint.position, position);
  std::uint64_t held = 0, end = position;
  for (std::uint32_t i = region.ring_count(lane); i-- != 0;) {
    const auto ring = region.ring(lane, i);
    if (!ring || ring->first_position > end) continue;
    const std::uint64_t first = std::max(ring->first_position, confirmed);
    if (end > first) held += std::min(end - first, ring->slot_count);
    end = ring->first_position;
  }
  const std::uint64_t unread = load(lane.counters.records) - checkpoint.records;
  return position - confirmed > held && unread > held ? unread - held : 0;
}

void add_detached(const format::RegionView& region, Accounting& sum) {
  const format::RegionCounters& counters = region.header().counters;
  sum.started += load(counters.started_without_lane);
  sum.sampled_out += load(counters.sampled_out_detached);
  sum.lost_no_lane += load(counters.lost_no_lane);
  sum.lost_no_detached_slot += load(counters.lost_no_detached_slot);
  sum.lost_abandoned += load(counters.detached_abandoned);
  for (std::uint32_t chunk = 0; chunk < region.detached_chunk_count(); ++chunk) {
    const detail::OpenSlot* const slots = region.detached_chunk(chunk);
    for (std::uint32_t i = 0; slots != nullptr && i < format::kDetachedPerChunk; ++i)
      sum.in_flight += detail::open_w0::kLive.get(load(slots[i].w[0]));
  }
}

}  // namespace

Accounting read_accounting(const format::RegionView& region) {
  Accounting sum;
  std::uint64_t gone = 0;
  for (std::uint32_t index = 0; index < region.lane_count(); ++index) {
    add_lane(region, index, sum);
    if (const format::LaneHeader* const lane = region.lane(index))
      gone += overwritten_unread(region, *lane);
  }
  add_detached(region, sum);
  const format::RegionHeader& header = region.header();
  const format::SpanCounts counts = format::load_counts(header);
  sum.delivered = counts.delivered;
  sum.refused = counts.refused;
  sum.unexported = counts.unexported;
  sum.overwritten = counts.overwritten;
  sum.damaged = counts.damaged;
  sum.in_export = load(header.in_export);
  sum.annotations_lost_busy = load(header.annotations_lost_busy);
  sum.annotations_lost_no_lane = load(header.annotations_lost_no_lane);
  sum.recovered_spans = load(header.recovered_spans);
  sum.recovered_regions = load(header.recovered_regions);
  sum.recover_failed = load(header.recover_failed);
  const std::uint64_t read =
      sum.delivered + sum.refused + sum.unexported + sum.overwritten + sum.damaged + sum.in_export;
  const std::uint64_t unread = sum.committed > read ? sum.committed - read : 0;
  gone = std::min(gone, unread);
  sum.overwritten += gone;
  sum.in_ring = unread - gone;
  return sum;
}

}  // namespace nanospan::recorder

namespace nanospan {

namespace {
[[maybe_unused]] const bool is_linked = (accounting_reader = &recorder::read_accounting, true);
}

// Here, so that a program that does not ask does not link the sums.
Accounting Recorder::accounting() const {
  if (impl_ == nullptr) return final_;
  if (!impl_->is_ours()) return {};
  return recorder::read_accounting(impl_->runtime->region->view());
}

}  // namespace nanospan
