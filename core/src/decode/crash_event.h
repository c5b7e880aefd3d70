// A crash in words, and as the `exception` event of the span that it ended.
//
// Threads: pure. Source: OpenTelemetry semantic conventions, exceptions in spans.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decode/crash_report.h"
#include "decode/region_reader.h"

namespace nanospan::decode {

// "SIGSEGV"; the exception's type as the source has it; "std::terminate" where there is none.
[[nodiscard]] std::string crash_type(const CrashReport& report);
// "address not mapped, at 0x0"; what the exception says of itself.
[[nodiscard]] std::string crash_message(const CrashReport& report);
// "#0  0x55d0c1a011e9 in /usr/bin/task-service+0x11e9 (build id 8c1f…)", a line for each frame.
[[nodiscard]] std::string raw_frame(const CrashReport& report, std::size_t index);
[[nodiscard]] std::string raw_stack_trace(const CrashReport& report);

// Two digits for each byte, as build ids are written.
[[nodiscard]] std::string hex_text(std::string_view bytes);

// Elements of a payload: the event, its texts cut where they do not fit one.
struct CrashTexts {
  std::string_view type, message, stack_trace;
};
[[nodiscard]] std::vector<std::uint64_t> crash_event(const CrashTexts& texts,
                                                     std::int64_t time_unix_ns);

// What a region's crash adds to the span that was current, its stack as raw frames. Nothing: there
// was no crash, or no span.
[[nodiscard]] OpenAddition crash_addition(const format::RegionView& view,
                                          const clock::ClockMap& clock);

}  // namespace nanospan::decode
