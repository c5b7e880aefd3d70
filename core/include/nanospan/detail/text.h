// What both the core and the exporters do to text: hex digits of ids, and where UTF-8 stops.
//
// Threads: pure functions.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "nanospan/detail/compiler.h"

namespace nanospan::detail {

// Length in bytes of the longest prefix that is valid. Source: RFC 3629 (no surrogates, no overlong
// forms, up to U+10FFFF).
[[nodiscard]] NANOSPAN_EXPORT std::size_t valid_utf8_prefix(std::string_view text) noexcept;

// The 8 lower-case digits of `value` as bytes, the most significant first in memory.
constexpr std::uint64_t hex_digits(std::uint32_t value) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  std::uint64_t nibbles = value;
  nibbles = (nibbles | nibbles << 16) & 0x0000FFFF0000FFFFu;
  nibbles = (nibbles | nibbles << 8) & 0x00FF00FF00FF00FFu;
  nibbles = (nibbles | nibbles << 4) & 0x0F0F0F0F0F0F0F0Fu;
  const std::uint64_t letters = (nibbles + 6 * kOnes) >> 4 & kOnes;
  const std::uint64_t digits = nibbles + '0' * kOnes + letters * ('a' - '0' - 10);
  return std::endian::native == std::endian::little ? __builtin_bswap64(digits) : digits;
}

// Writes 16 lower-case digits.
inline void encode_hex(std::uint64_t value, char* out) noexcept {
  const std::uint64_t digits[2] = {hex_digits(static_cast<std::uint32_t>(value >> 32)),
                                   hex_digits(static_cast<std::uint32_t>(value))};
  std::memcpy(out, digits, sizeof(digits));
}

}  // namespace nanospan::detail
