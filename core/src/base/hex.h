// Hexadecimal digits of 64-bit numbers, without a table in the encoder and without allocation.
//
// Threads: pure functions.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace nanospan::base {

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

// Writes 2 lower-case digits.
inline void encode_hex_byte(std::uint8_t value, char* out) noexcept {
  constexpr char kDigits[] = "0123456789abcdef";
  out[0] = kDigits[value >> 4];
  out[1] = kDigits[value & 15];
}

enum class HexCase { kLower, kEither };

// 1 to 16 digits and nothing else.
[[nodiscard]] std::optional<std::uint64_t> decode_hex(std::string_view digits,
                                                      HexCase accepted) noexcept;

}  // namespace nanospan::base
