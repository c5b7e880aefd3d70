// The file of raw numbers: valid JSON, and short.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "report/json_parts.h"

namespace nanospan::bench {
namespace {

// A file of this process alone: tests run side by side, each in its own.
std::string written(const Json& json) {
  const std::string path =
      testing::TempDir() + "/nanospan_raw_file_test." + std::to_string(getpid()) + ".json";
  EXPECT_TRUE(write_json_file(path, json));
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  std::filesystem::remove(path);
  return text;
}

TEST(RawFile, SaysWhatItWasGiven) {
  const Json json = {{"empty", Json::array()},
                     {"nothing", Json::object()},
                     {"unknown", nullptr},
                     {"quoted \"name\"", "a\nb"},
                     {"rounds", {{{"void", false}, {"ns", {1.5, 2.25}}}, 3, {{4}, {5, {6}}}}}};
  EXPECT_EQ(Json::parse(written(json)), json);
}

TEST(RawFile, HasALineForEachRowOfNumbers) {
  Json rows = Json::array();
  for (int i = 0; i < 50; ++i) rows.push_back({i, i * 0.5, i * 0.25});
  const std::string text = written({{"rows", rows}});
  EXPECT_NE(text.find("\n  [7,3.5,1.75],\n"), std::string::npos) << text;
  EXPECT_EQ(Json::parse(text)["rows"], rows);
}

TEST(RawFile, SaysWhenItCanNotBeWritten) {
  EXPECT_FALSE(write_json_file("/nowhere/at/all.json", Json::object()));
}

}  // namespace
}  // namespace nanospan::bench
