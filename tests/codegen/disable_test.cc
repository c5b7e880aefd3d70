#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

#include "support/recording.h"

extern "C" int disabled_macro_arguments();
extern "C" int disabled_methods(int number);
extern "C" int disabled_helpers();

namespace nanospan {
namespace {

[[maybe_unused]] std::string output_of(const std::string& command) {
  std::string output;
  FILE* const pipe = popen(command.c_str(), "r");
  std::array<char, 4096> part;
  while (std::fgets(part.data(), part.size(), pipe) != nullptr) output += part.data();
  EXPECT_EQ(pclose(pipe), 0) << command;
  return output;
}

TEST(Disable, LeavesNothingInTheObjectFile) {
#ifndef DISABLED_OBJECT
  GTEST_SKIP() << "A sanitizer adds code of its own.";
#else
  const std::string symbols = output_of("nm " DISABLED_OBJECT);
  EXPECT_NE(symbols.find("disabled_methods"), std::string::npos) << symbols;
  EXPECT_EQ(symbols.find("nanospan"), std::string::npos) << symbols;
  EXPECT_EQ(symbols.find(" U "), std::string::npos) << symbols;
#endif
}

TEST(Disable, EvaluatesNoArgumentsOfMacros) {
  EXPECT_EQ(disabled_macro_arguments(), 0);
}

TEST(Disable, LetsFunctionsTakeASpan) {
  test::Recording recording;
  EXPECT_EQ(disabled_helpers(), 0);
  EXPECT_EQ(recording.spans().size(), 0u);
}

TEST(Disable, MixesWithFilesThatRecord) {
  test::Recording recording;
  {
    NANOSPAN_SCOPE(outer, "outer");
    EXPECT_EQ(disabled_methods(7), 7);
    NANOSPAN_SCOPE(inner, "inner");
  }
  EXPECT_EQ(recording.spans().size(), 2u);
  EXPECT_EQ(recording.span("inner").parent_span_id, recording.span("outer").span_id);
  recording.expect_balanced_at_rest();
}

}  // namespace
}  // namespace nanospan
