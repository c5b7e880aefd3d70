// Hexadecimal digits of 64-bit numbers, without a table in the encoder and without allocation.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "nanospan/detail/text.h"

namespace nanospan::base {

using detail::encode_hex;
using detail::hex_digits;

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
