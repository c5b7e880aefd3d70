#include <gtest/gtest.h>
#include <sys/wait.h>

#include <map>
#include <sstream>

#include "support/recording.h"

namespace nanospan {
namespace {

// How often each name stands in the program's output.
std::map<std::string, int> names_of_run(const std::string& order) {
  test::PrivateDirectory directory;
  const std::string command =
      std::string(DESTRUCTORS_PROGRAM) + " " + directory.path() + " " + order;
  FILE* const output = popen(command.c_str(), "r");
  std::map<std::string, int> names;
  char line[256];
  while (std::fgets(line, sizeof(line), output) != nullptr)
    ++names[std::string(line, std::strcspn(line, "\n"))];
  const int status = pclose(output);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  return names;
}

TEST(Destructors, StaticAndThreadLocalOnesRecord) {
  const auto names = names_of_run("static");
  EXPECT_EQ(names.at("main"), 1);
  EXPECT_EQ(names.at("on a thread"), 1);
  EXPECT_EQ(names.at("thread_local"), 2);  // of the thread, and of the main one
  EXPECT_EQ(names.at("static"), 1);
  EXPECT_EQ(names.at("detached"), 3);
  EXPECT_EQ(names.count("after the recorder"), 0u);
}

TEST(Destructors, AfterTheRecorderAreUntraced) {
  const auto names = names_of_run("main");
  EXPECT_EQ(names.at("main"), 1);
  EXPECT_EQ(names.at("thread_local"), 1);
  EXPECT_EQ(names.count("static"), 0u);
  EXPECT_EQ(names.count("after the recorder"), 0u);
}

}  // namespace
}  // namespace nanospan
