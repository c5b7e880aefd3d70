#include "base/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace nanospan::base {
namespace {

TEST(Parse, UnsignedTakesDigitsAlone) {
  EXPECT_EQ(parse_unsigned("0"), 0u);
  EXPECT_EQ(parse_unsigned("007"), 7u);
  EXPECT_EQ(parse_unsigned("18446744073709551615"), ~0ull);
  for (const char* text :
       {"", " 1", "1 ", "+1", "-1", "1.0", "0x10", "1e3", "1k", "one", "18446744073709551616"}) {
    EXPECT_EQ(parse_unsigned(text), std::nullopt) << text;
  }
}

TEST(Parse, DoubleTakesAFiniteNumber) {
  EXPECT_EQ(parse_double("0.25"), 0.25);
  EXPECT_EQ(parse_double("1e-4"), 1e-4);
  EXPECT_EQ(parse_double("-1"), -1.0);
  for (const char* text : {"", "nan", "inf", "1e999", "0,5", "0.5 ", " 0.5", "half", "50%"}) {
    EXPECT_EQ(parse_double(text), std::nullopt) << text;
  }
}

TEST(Parse, TrimTakesSpacesAndTabsAtBothEnds) {
  EXPECT_EQ(trim(" \ta b\t "), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("\na\n"), "\na\n");
}

TEST(Parse, CaseIsOfAsciiLettersAlone) {
  EXPECT_EQ(to_lower("ParentBased_ALWAYS_ON Ä"), "parentbased_always_on Ä");
  EXPECT_TRUE(equal_ignoring_case("TRUE", "true"));
  EXPECT_FALSE(equal_ignoring_case("true", "tru"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
}

TEST(Parse, PercentDecodeRefusesHalfAnEscape) {
  EXPECT_EQ(percent_decode("a%2Cb%3dc%25"), "a,b=c%");
  EXPECT_EQ(percent_decode("%C3%A9"), "é");
  EXPECT_EQ(percent_decode(""), "");
  for (const char* text : {"%", "%4", "a%", "%zz", "%4g", "%%41"}) {
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
  }
}

TEST(Parse, SplitKeepsEmptyParts) {
  const auto parts = [](std::string_view text) {
    std::vector<std::string_view> found;
    split(text, ',', [&](std::string_view part) { found.push_back(part); });
    return found;
  };
  EXPECT_THAT(parts("a,,b"), testing::ElementsAre("a", "", "b"));
  EXPECT_THAT(parts(""), testing::ElementsAre(""));
  EXPECT_THAT(parts(","), testing::ElementsAre("", ""));
}

}  // namespace
}  // namespace nanospan::base
