#include "base/hex.h"

#include <array>
#include <cstddef>

namespace nanospan::base {
namespace {

constexpr std::uint8_t kUpper = 0x10;
constexpr std::uint8_t kNoDigit = 0x20;

constexpr std::array<std::uint8_t, 256> make_digit_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 10; ++i) values[std::size_t{'0'} + i] = i;
  for (std::uint8_t i = 10; i < 16; ++i) {
    values[std::size_t{'a'} + i - 10] = i;
    values[std::size_t{'A'} + i - 10] = i | kUpper;
  }
  return values;
}
constexpr auto kDigitValues = make_digit_values();

}  // namespace

std::optional<std::uint64_t> decode_hex(std::string_view digits, HexCase accepted) noexcept {
  if (digits.empty() || digits.size() > 16) return std::nullopt;
  std::uint64_t number = 0;
  unsigned seen = 0;
  for (const char digit : digits) {
    const unsigned value = kDigitValues[static_cast<unsigned char>(digit)];
    seen |= value;
    number = number << 4 | (value & 15);
  }
  const unsigned refused = accepted == HexCase::kEither ? kNoDigit : kNoDigit | kUpper;
  if ((seen & refused) != 0) return std::nullopt;
  return number;
}

}  // namespace nanospan::base
