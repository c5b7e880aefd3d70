#include "recovery/region_clock.h"

#include <algorithm>
#include <ctime>
#include <iterator>

#include "clock/anchor.h"
#include "region/boot_id.h"

namespace nanospan::recovery {

bool is_of_this_boot(const format::RegionHeader& header) noexcept {
  const auto now = region::read_boot_id();
  return now != decltype(now){} &&
         std::equal(now.begin(), now.end(), std::begin(header.boot_id), std::end(header.boot_id));
}

clock::ClockMap clock_of(const format::RegionView& view) {
  clock::ClockMap map(view);
  const auto source = static_cast<detail::TickSource>(view.header().tick_source);
  const bool same_counter =
      source == detail::kCompiledTickSource || source == detail::TickSource::kClockGettime;
  if (same_counter && is_of_this_boot(view.header())) map.add(clock::take_anchor(source));
  return map;
}

std::int64_t now_unix_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace nanospan::recovery
