// Anchors: which tick was which time. Two make a scale; between them ticks become Unix time.
//
// Threads: take_anchor() any; store_anchor() one at a time (start(), then the drain).
#pragma once

#include <cstddef>
#include <cstdint>

#include "clock/clock_map.h"
#include "format/region_layout.h"
#include "nanospan/detail/tick_source.h"

namespace nanospan::clock {

using AnchorValues = AnchorTimes;

// Both clocks between two reads of the counter, the narrowest bracket of a few tries: an interrupt
// in the middle of one shows as a wide bracket. Error: half a bracket, some 20 ns.
[[nodiscard]] AnchorValues take_anchor(detail::TickSource source = detail::kCompiledTickSource);

// Into the region's ring of anchors.
void store_anchor(format::RegionHeader& header, std::byte* region_base,
                  const AnchorValues& anchor) noexcept;

}  // namespace nanospan::clock
