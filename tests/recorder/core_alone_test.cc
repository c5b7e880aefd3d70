// What a program of nanospan::core alone does for those who call for it.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "support/dead_recording.h"
#include "support/forked_child.h"

namespace nanospan {
namespace {

int regions_recovered_by_program(const std::string& directory, const char* how) {
  FILE* const output =
      popen((std::string(CORE_PROGRAM) + " " + directory + " " + how).c_str(), "r");
  int count = -1;
  EXPECT_EQ(std::fscanf(output, "%d", &count), 1);
  EXPECT_EQ(pclose(output), 0);
  return count;
}

// Who does not call for it does not carry it.
TEST(CoreAlone, RecoversWhenItIsTold) {
  const test::PrivateDirectory directory;
  test::expect_in_child([&] { test::record_and_die(directory.path()); });
  EXPECT_EQ(regions_recovered_by_program(directory.path(), "not"), 0);
  EXPECT_EQ(test::files_in(directory.path()), 1u);
  EXPECT_EQ(regions_recovered_by_program(directory.path(), "recovering"), 1);
  EXPECT_EQ(test::files_in(directory.path()), 0u);
}

}  // namespace
}  // namespace nanospan
