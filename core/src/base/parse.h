// Numbers and words out of text that a person wrote: environment variables, headers, arguments.
//
// Each takes the whole text or refuses it; the C library's own parsers accept signs, blanks and
// trailing garbage, and depend on the locale.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nanospan::base {

// Decimal digits only.
[[nodiscard]] std::optional<std::uint64_t> parse_unsigned(std::string_view text) noexcept;
// A finite number, in any form that `from_chars` takes.
[[nodiscard]] std::optional<double> parse_double(std::string_view text) noexcept;

// Without spaces and tabs at both ends (the "OWS" of HTTP).
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
// ASCII letters alone.
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

// "%2C" → ",". Nothing, if a '%' is not followed by two hex digits. Source: RFC 3986 section 2.1.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

// Calls f(part) for what stands between separators: "a,,b" has three parts, "" has one.
template <typename F>
void split(std::string_view text, char separator, F&& f) {
  for (;;) {
    const std::size_t at = text.find(separator);
    f(text.substr(0, at));
    if (at == std::string_view::npos) return;
    text.remove_prefix(at + 1);
  }
}

}  // namespace nanospan::base
