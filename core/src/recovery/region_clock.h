// The clock of a region that somebody else reads.
//
// Threads: any.
#pragma once

#include <cstdint>

#include "clock/clock_map.h"
#include "format/region_view.h"

namespace nanospan::recovery {

[[nodiscard]] bool is_of_this_boot(const format::RegionHeader& header) noexcept;
// The region's anchors, and one of now where the same counter runs on (same boot and source).
[[nodiscard]] clock::ClockMap clock_of(const format::RegionView& view);
[[nodiscard]] std::int64_t now_unix_ns() noexcept;

}  // namespace nanospan::recovery
