#include "recovery/orphans.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "recovery/dead_process.h"
#include "recovery/liveness.h"

namespace nanospan::recovery {
namespace {

using test::DeadProcess;
using test::region_name;

class Orphans : public ::testing::Test {
 protected:
  void search() {
    OrphanSearch search(directory_.path(), "shop");
    while (!search.step()) {
    }
    while (search.left() != 0)
      names.push_back(std::filesystem::path(search.take_oldest().path).filename().string());
    unusable = search.unusable();
    reason = search.first_reason();
  }
  void expect_unusable(const std::string& why) {
    search();
    EXPECT_TRUE(names.empty());
    EXPECT_EQ(unusable, 1u);
    EXPECT_NE(reason.find(path(1)), std::string::npos) << reason;
    EXPECT_NE(reason.find(why), std::string::npos) << reason;
  }
  std::string path(int n) const { return directory_.file(region_name(n)); }

  test::PrivateDirectory directory_;
  std::vector<std::string> names;
  std::uint64_t unusable = 0;
  std::string reason;
};

TEST(RegionName, IsAPidAndSixteenHexDigits) {
  EXPECT_TRUE(is_region_name("4711-0123456789abcdef.nspan"));
  for (const char* const name :
       {"", ".nspan", "-.nspan", "4711-0123456789abcde.nspan", "4711-0123456789abcdeff.nspan",
        "-0123456789abcdef.nspan", "a-0123456789abcdef.nspan", "4711-0123456789ABCDEF.nspan",
        "4711-0123456789abcdef.nspan.old", "../4711-0123456789abcdef.nspan"})
    EXPECT_FALSE(is_region_name(name)) << name;
}

TEST_F(Orphans, OfTheServiceComeOldestFirst) {
  for (const int n : {3, 1, 2}) {
    DeadProcess process;
    process.region.header().created_unix_ns = n;
    process.write_to(path(n));
  }
  DeadProcess("other").write_to(path(4));
  search();
  EXPECT_EQ(names, (std::vector{region_name(1), region_name(2), region_name(3)}));
  EXPECT_EQ(unusable, 0u) << reason;
}

TEST_F(Orphans, AreFoundAmongMoreFilesThanOneStepLooksAt) {
  for (int n = 0; n < 40; ++n) DeadProcess(n % 2 == 0 ? "shop" : "other").write_to(path(n));
  search();
  EXPECT_EQ(names.size(), 20u);
}

TEST_F(Orphans, AreNoneInADirectoryThatIsMissing) {
  OrphanSearch search(directory_.file("missing"), "shop");
  EXPECT_TRUE(search.step());
  EXPECT_EQ(search.left(), 0u);
}

TEST_F(Orphans, AreNotThoseOfLiveProcessesWhateverTheyOpenAndClose) {
  region::Region& region = test::live_region(directory_.path());
  const std::string live = region.path();
  for (int i = 0; i < 2; ++i) {
    const int fd = ::open(live.c_str(), O_RDWR);
    close(dup(fd));
    close(fd);
  }
  EXPECT_EQ(liveness_of(live), Liveness::kAlive);
  search();
  EXPECT_TRUE(names.empty());
  EXPECT_EQ(unusable, 0u) << reason;
  region.close(true);
  EXPECT_EQ(liveness_of(live), Liveness::kGone);
}

TEST_F(Orphans, AreNotRegionsOfAnotherBoot) {
  DeadProcess process;
  ++process.region.header().boot_id[0];
  process.write_to(path(1));
  expect_unusable("another boot");
}

TEST_F(Orphans, AreNotRegionsOfAnotherVersion) {
  DeadProcess process;
  process.region.header().version_major = 2;
  process.write_to(path(1));
  expect_unusable("version 2");
}

TEST_F(Orphans, AreNotRegionsThatWereNeverFinished) {
  DeadProcess process;
  process.region.header().state = 0;
  process.write_to(path(1));
  expect_unusable("never finished");
}

TEST_F(Orphans, AreNotRegionsThatAreCutShort) {
  DeadProcess().write_to(path(1));
  ASSERT_EQ(truncate(path(1).c_str(), 1 << 16), 0);
  expect_unusable("cut short");
}

TEST_F(Orphans, AreNotFilesOfOtherThings) {
  std::ofstream(path(1)) << std::string(8192, 'x');
  expect_unusable("not a nanospan region");
}

TEST_F(Orphans, AreNotLinksNorPipes) {
  DeadProcess().write_to(directory_.file("elsewhere"));
  std::filesystem::create_symlink(directory_.file("elsewhere"), path(1));
  ASSERT_EQ(mkfifo(path(2).c_str(), 0600), 0);
  search();
  EXPECT_TRUE(names.empty());
  EXPECT_EQ(unusable, 2u);
}

TEST_F(Orphans, SurviveDefinitionsThatLie) {
  DeadProcess process;
  process.region.header().definitions_offset = ~std::uint64_t{0};
  process.write_to(path(1));
  expect_unusable("definitions");
}

TEST_F(Orphans, AreNotEmptyFilesThatTheirOwnersBeginToMake) {
  std::ofstream(path(1)).flush();
  search();
  EXPECT_TRUE(names.empty());
  EXPECT_EQ(unusable, 0u) << reason;
}

}  // namespace
}  // namespace nanospan::recovery
