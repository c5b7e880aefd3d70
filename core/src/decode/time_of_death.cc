// When a process died, as its region shows it.
#include <algorithm>
#include <vector>

#include "decode/crash_report.h"
#include "decode/open_spans.h"
#include "decode/region_reader.h"

namespace nanospan::decode {

std::uint64_t time_of_death_ticks(const format::RegionView& view) {
  if (view.empty()) return 0;
  std::uint64_t latest = view.header().heartbeat_ticks.load(std::memory_order_relaxed);
  if (const auto crash = read_crash(view)) latest = std::max(latest, crash->ticks);
  std::vector<std::uint64_t> no_payload;
  const auto look_at = [&](const detail::OpenSlot& slot) {
    if (const auto open = copy_open_slot(view, slot, no_payload, 0))
      latest = std::max(latest, open->record.w[5]);
  };
  for (std::uint32_t index = 0; index < view.lane_count(); ++index) {
    const format::LaneHeader* const lane = view.lane(index);
    const detail::OpenSlot* const stack = view.open_stack(index);
    if (lane == nullptr || stack == nullptr) continue;
    latest = std::max(latest, newest_records(view, *lane).last_ticks);
    for (std::uint32_t level = 1; level < detail::kOpenLevels; ++level) look_at(stack[level]);
  }
  for (std::uint32_t index = 0; index < view.detached_chunk_count(); ++index) {
    const detail::OpenSlot* const chunk = view.detached_chunk(index);
    for (std::uint32_t i = 0; chunk != nullptr && i < format::kDetachedPerChunk; ++i)
      look_at(chunk[i]);
  }
  return latest;
}

std::int64_t time_of_death(const format::RegionView& view, const clock::ClockMap& clock) {
  return clock.to_unix_ns(time_of_death_ticks(view));
}

}  // namespace nanospan::decode
