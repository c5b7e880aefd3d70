// The size of the second-level cache, as sysfs says it.
#include "harness/cache_size.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/recording.h"

namespace nanospan::bench {
namespace {

TEST(CacheSize, IsReadFromItsText) {
  EXPECT_EQ(cache_bytes_of("32K"), 32u << 10);
  EXPECT_EQ(cache_bytes_of("2M"), 2u << 20);
  EXPECT_EQ(cache_bytes_of("512"), 512u);
  for (const char* const wrong : {"", "K", "-1K", "1KB", "1G", "99999999999999999999", " 1K"})
    EXPECT_EQ(cache_bytes_of(wrong), 0u) << wrong;
}

struct CacheFolder : testing::Test {
  void add(const char* index, const char* level, const char* type, const char* size) const {
    const std::filesystem::path cache = folder.file(index);
    std::filesystem::create_directories(cache);
    std::ofstream(cache / "level") << level << '\n';
    std::ofstream(cache / "type") << type << '\n';
    std::ofstream(cache / "size") << size << '\n';
  }

  test::PrivateDirectory folder;
};

TEST_F(CacheFolder, GivesTheSecondLevel) {
  add("index0", "1", "Data", "32K");
  add("index1", "1", "Instruction", "32K");
  add("index2", "2", "Unified", "1024K");
  add("index3", "3", "Unified", "32768K");
  EXPECT_EQ(l2_bytes(folder.path()), 1u << 20);
}

TEST_F(CacheFolder, WithoutASecondLevelGivesNone) {
  EXPECT_EQ(l2_bytes(folder.path()), 0u);
  add("index0", "1", "Data", "32K");
  EXPECT_EQ(l2_bytes(folder.path()), 0u);
}

}  // namespace
}  // namespace nanospan::bench
