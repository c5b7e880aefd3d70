#include "base/hex.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <string>

namespace nanospan::base {
namespace {

std::string encoded(std::uint64_t value) {
  std::string out(16, '?');
  encode_hex(value, out.data());
  return out;
}

TEST(Hex, WritesWhatPrintfWrites) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t value = random() >> (random() % 64);
    char expected[17];
    std::snprintf(expected, sizeof(expected), "%016llx", static_cast<unsigned long long>(value));
    ASSERT_EQ(encoded(value), expected);
    ASSERT_EQ(decode_hex(expected, HexCase::kLower), value);
  }
}

TEST(Hex, WritesEveryByte) {
  for (unsigned value = 0; value < 256; ++value) {
    char expected[3];
    std::snprintf(expected, sizeof(expected), "%02x", value);
    std::string out(2, '?');
    encode_hex_byte(static_cast<std::uint8_t>(value), out.data());
    ASSERT_EQ(out, expected);
  }
}

TEST(Hex, ReadsUpperCaseOnlyWhereItIsAccepted) {
  EXPECT_EQ(decode_hex("aBcDeF", HexCase::kEither), 0xabcdefu);
  EXPECT_EQ(decode_hex("aBcDeF", HexCase::kLower), std::nullopt);
  EXPECT_EQ(decode_hex("09", HexCase::kLower), 9u);
}

TEST(Hex, RefusesEveryByteThatIsNoDigit) {
  int digits = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const char text[] = {'1', static_cast<char>(byte)};
    if (decode_hex(std::string_view(text, 2), HexCase::kEither)) ++digits;
  }
  EXPECT_EQ(digits, 10 + 6 + 6);
}

TEST(Hex, RefusesNothingAndTooMuch) {
  EXPECT_EQ(decode_hex("", HexCase::kEither), std::nullopt);
  EXPECT_EQ(decode_hex("ffffffffffffffff", HexCase::kEither), ~0ull);
  EXPECT_EQ(decode_hex("0ffffffffffffffff", HexCase::kEither), std::nullopt);
}

}  // namespace
}  // namespace nanospan::base
