#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace nanospan::base {
namespace {

std::string encoded(std::uint32_t point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  const auto next = [&](int shift) { return byte(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xC0 | point >> 6), next(0)};
  if (point < 0x10000) return {byte(0xE0 | point >> 12), next(6), next(0)};
  return {byte(0xF0 | point >> 18), next(12), next(6), next(0)};
}

TEST(Utf8, AcceptsEveryCodePointAndNoSurrogate) {
  for (std::uint32_t point = 0; point <= 0x10FFFF; ++point) {
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    ASSERT_EQ(is_valid_utf8(encoded(point)), !surrogate) << std::hex << point;
  }
}

TEST(Utf8, AcceptsMixedTextAtEveryAlignment) {
  const std::string text = "plain ASCII of some length, Grüße, 東京, 🚀, and ASCII again";
  for (std::size_t skipped = 0; skipped < 27; ++skipped) {
    EXPECT_TRUE(is_valid_utf8(std::string_view(text).substr(skipped))) << skipped;
  }
  EXPECT_TRUE(is_valid_utf8(""));
}

TEST(Utf8, RefusesWhatIsNoCharacter) {
  for (const std::string_view text : {"\x80",
                                      "\xBF",
                                      "\xC0\xAF",
                                      "\xC1\xBF",
                                      "\xE0\x80\xAF",
                                      "\xE0\x9F\xBF",
                                      "\xED\xA0\x80",
                                      "\xF0\x80\x80\xAF",
                                      "\xF0\x8F\xBF\xBF",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xFE",
                                      "\xFF",
                                      "\xC3",
                                      "\xE2\x82",
                                      "\xF0\x9F\x9A",
                                      "\xC3\x28",
                                      "\xE2\x28\xA1",
                                      "\xE2\x82\x28",
                                      "\xF0\x9F\x9A\x28"}) {
    EXPECT_FALSE(is_valid_utf8(text));
    const std::string long_text = "long enough for words " + std::string(text) + " and more of it";
    EXPECT_FALSE(is_valid_utf8(long_text));
    EXPECT_EQ(valid_utf8_prefix(long_text), std::string_view("long enough for words ").size());
  }
}

TEST(Utf8, CutsOnTheBoundaryOfACharacter) {
  const std::string_view text = "aé東🚀";  // 1, 2, 3 and 4 bytes
  const std::size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t bytes_max = 0; bytes_max < std::size(expected); ++bytes_max) {
    const auto cut = truncate_utf8(text, bytes_max);
    EXPECT_EQ(cut.size(), expected[bytes_max]) << bytes_max;
    EXPECT_EQ(cut.data(), text.data());
  }
}

TEST(Utf8, CutsBytesThatAreNotTextAtTheLimit) {
  const std::string garbage(100, '\x80');
  EXPECT_EQ(truncate_utf8(garbage, 50).size(), 50u);
  EXPECT_EQ(truncate_utf8(garbage, 0).size(), 0u);
  EXPECT_EQ(truncate_utf8(garbage, 2).size(), 2u);
}

TEST(Utf8, CountsCharactersNotBytes) {
  const std::string_view text = "aé東🚀";
  EXPECT_EQ(truncate_utf8_characters(text, 0), "");
  EXPECT_EQ(truncate_utf8_characters(text, 2), "aé");
  EXPECT_EQ(truncate_utf8_characters(text, 3), "aé東");
  EXPECT_EQ(truncate_utf8_characters(text, 4), text);
  EXPECT_EQ(truncate_utf8_characters(text, 5), text);
}

TEST(Utf8, ReplacesEachByteThatBelongsToNoCharacter) {
  std::string out = "kept:";
  append_valid_utf8("a\xFF\xC3(\xE2\x82", out);
  EXPECT_EQ(out, "kept:a\uFFFD\uFFFD(\uFFFD\uFFFD");
  EXPECT_TRUE(is_valid_utf8(out));
}

}  // namespace
}  // namespace nanospan::base
