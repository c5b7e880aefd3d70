// A region's crash for people: its stack in functions and lines where the binaries are at hand.
//
// Threads: none.
#pragma once

#include <optional>

#include "decode/region_reader.h"
#include "facts/report.h"

namespace nanospan::tools {

// nullopt: the region tells of none. `on_span` is read_in_flight()'s to set.
[[nodiscard]] std::optional<CrashSummary> summarize_crash(const format::RegionView& view,
                                                          const clock::ClockMap& clock);

// What is to be added to the span that was current. Nothing: none was.
[[nodiscard]] decode::OpenAddition crash_addition(const std::optional<CrashSummary>& crash);

// Appends the spans in flight, ended at `end_unix_ns`, the crash on the one that was current; what
// they and the crash were is in the report. Whoever reads a region to its end does it by this.
void read_in_flight(decode::RegionReader& reader, std::int64_t end_unix_ns, BatchBuilder& into,
                    ReadReport& report);

}  // namespace nanospan::tools
