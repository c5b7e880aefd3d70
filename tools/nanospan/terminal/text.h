// Text for a terminal: escaped, measured in columns, cut, and numbers as people read them.
//
// Names come from strangers' files: what could move the cursor, change colours or reorder the line
// is shown as its code instead.
// Threads: pure functions. Source: UAX #11 (wide characters), UAX #9 (direction controls).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nanospan::tools {

// Control and direction characters as \x1b or \u{202e}, bytes that are not UTF-8 as U+FFFD.
[[nodiscard]] std::string printable(std::string_view untrusted_text);
// Columns of text that printable() has made.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;
// At most `columns` wide; what was cut off shows as "…".
[[nodiscard]] std::string fit(std::string_view text, std::size_t columns);
// Lines of at most `columns`, broken at blanks; a word that is wider is cut.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t columns);
[[nodiscard]] std::string pad_right(std::string text, std::size_t columns);
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t columns);

// One unit for a column of times.
struct TimeUnit {
  double ns = 1;
  const char* name = "ns";
  int decimals = 0;
};
// The unit in which a span of `ns` takes two to four digits before the point.
[[nodiscard]] TimeUnit time_unit_for(std::uint64_t ns) noexcept;
[[nodiscard]] std::string format_time(double ns, const TimeUnit& unit);
// In its own unit: "13.2 ms".
[[nodiscard]] std::string format_duration(std::uint64_t ns);
// "2026-01-02 03:04:05.678 UTC"
[[nodiscard]] std::string format_unix(std::int64_t unix_ns);
[[nodiscard]] std::string format_count(std::uint64_t count);  // "12,345"
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);  // "256 KiB"
// "1 span", "2 spans", "2 processes"
[[nodiscard]] std::string format_plural(std::uint64_t count, std::string_view noun);
[[nodiscard]] std::string hex_of(std::string_view bytes);

}  // namespace nanospan::tools
