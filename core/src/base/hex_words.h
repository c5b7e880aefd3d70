// HexReader: lower-case hexadecimal digits, eight at a time and without a branch.
//
// Why beside hex.h: an identifier in a header of a request is 16 digits, and one by one they cost
// ten times as much as the call that they are read for.
// Threads: one. Invariants: whoever takes digits has made sure that the bytes are there.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace nanospan::base {

class HexReader {
 public:
  explicit HexReader(const char* untrusted) noexcept : untrusted_(untrusted) {}

  // The number that 16 or 8 digits from byte `at` on are; any number, if one is no digit.
  [[nodiscard]] std::uint64_t take16(std::size_t at) noexcept {
    const std::uint64_t upper_half = take8(at);
    return upper_half << 32 | take8(at + 8);
  }
  [[nodiscard]] std::uint32_t take8(std::size_t at) noexcept {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, untrusted_ + at, sizeof(bytes));
    return digits_of(bytes);
  }

  // Of all that was taken.
  [[nodiscard]] bool all_were_digits() const noexcept { return (wrong_ & kHighBits) == 0; }

 private:
  static constexpr std::uint64_t kOnes = 0x0101010101010101u;
  static constexpr std::uint64_t kHighBits = 0x80 * kOnes;

  // In each byte the high bit says whether it is at least, or above, a digit's or a letter's bound;
  // no sum carries into the next byte, since bytes above 0x7f are wrong already.
  [[nodiscard]] std::uint32_t digits_of(std::uint64_t bytes) noexcept {
    const std::uint64_t ascii = bytes & ~kHighBits;
    const std::uint64_t digit = (ascii + (0x80 - '0') * kOnes) & ~(ascii + (0x7f - '9') * kOnes);
    const std::uint64_t letter = (ascii + (0x80 - 'a') * kOnes) & ~(ascii + (0x7f - 'f') * kOnes);
    wrong_ |= bytes | ~(digit | letter);
    std::uint64_t nibbles = (ascii & 0x0f * kOnes) + 9 * (ascii >> 6 & kOnes);
    if constexpr (std::endian::native == std::endian::little) nibbles = __builtin_bswap64(nibbles);
    nibbles = (nibbles | nibbles >> 4) & 0x00ff00ff00ff00ffu;
    nibbles = (nibbles | nibbles >> 8) & 0x0000ffff0000ffffu;
    return static_cast<std::uint32_t>(nibbles | nibbles >> 16);
  }

  const char* untrusted_;
  std::uint64_t wrong_ = 0;
};

}  // namespace nanospan::base
