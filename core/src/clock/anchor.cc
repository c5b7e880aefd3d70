#include "clock/anchor.h"

#include <ctime>

#include "nanospan/detail/publish.h"

namespace nanospan::clock {
namespace {

std::int64_t read_clock(clockid_t id) noexcept {
  timespec now{};
  clock_gettime(id, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

AnchorValues take_anchor(detail::TickSource source) {
  const auto ticks = [source] {
    return source == detail::TickSource::kClockGettime ? detail::clock_ticks()
                                                       : detail::read_ticks_ordered();
  };
  AnchorValues best;
  std::uint64_t narrowest = ~0ull;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const std::uint64_t before = ticks();
    const std::int64_t realtime = read_clock(CLOCK_REALTIME);
    const std::int64_t monotonic = read_clock(CLOCK_MONOTONIC);
    const std::uint64_t after = ticks();
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    best = {before + narrowest / 2, realtime, monotonic};
  }
  return best;
}

void store_anchor(format::RegionHeader& header, std::byte* region_base,
                  const AnchorValues& anchor) noexcept {
  using namespace detail;
  const std::uint64_t count = load(header.anchor_count);
  auto* const all = reinterpret_cast<format::Anchor*>(region_base + header.anchors_offset);
  format::Anchor& entry = all[count % format::kAnchors];
  invalidate(entry.sequence);
  begin_bodies();
  store(entry.ticks, anchor.ticks);
  store(entry.realtime_ns, static_cast<std::uint64_t>(anchor.realtime_ns));
  store(entry.monotonic_ns, static_cast<std::uint64_t>(anchor.monotonic_ns));
  publish(entry.sequence, count + 1);
  publish(header.anchor_count, count + 1);
  store(header.heartbeat_ticks, anchor.ticks);
}

}  // namespace nanospan::clock
