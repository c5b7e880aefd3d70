// A region's crash for people: its stack in functions and lines where the binaries are at hand.
//
// Threads: none.
#pragma once

#include <optional>

#include "decode/region_reader.h"
#include "recovery/region_file.h"
#include "report.h"

namespace nanospan::tools {

// nullopt: the region tells of none. `on_span` is the caller's to set.
[[nodiscard]] std::optional<CrashSummary> summarize_crash(const recovery::RegionFile& file,
                                                          const clock::ClockMap& clock);
// What is to be added to the span that was current. Nothing: none was.
[[nodiscard]] decode::OpenAddition crash_addition(const std::optional<CrashSummary>& crash);

}  // namespace nanospan::tools
