// UTF-8: is it valid, where can it be cut, what to show where it is not valid.
//
// OTLP's strings must be valid UTF-8, and a receiver refuses a whole request for one bad byte.
// Threads: pure functions. Source: RFC 3629 (no surrogates, no overlong forms, up to U+10FFFF).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "nanospan/detail/text.h"

namespace nanospan::base {

[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

using detail::valid_utf8_prefix;

// The longest prefix of at most `bytes_max` bytes that ends on a character's boundary. What is not
// UTF-8 near the cut is cut at `bytes_max` itself.
[[nodiscard]] std::string_view truncate_utf8(std::string_view text, std::size_t bytes_max) noexcept;

// The first `characters_max` characters (code points): how OpenTelemetry counts a value's length.
[[nodiscard]] std::string_view truncate_utf8_characters(std::string_view text,
                                                        std::size_t characters_max) noexcept;

// Appends `text` with U+FFFD in place of every byte that belongs to no valid character.
void append_valid_utf8(std::string_view untrusted_text, std::string& out);

}  // namespace nanospan::base
