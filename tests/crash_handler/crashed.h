// A run of the crasher, and what its region says of it.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "decode/crash_event.h"
#include "decode/crash_report.h"
#include "recovery/region_file.h"
#include "support/recording.h"

namespace nanospan::test {

struct Crashed {
  int status = 0;      // as waitpid() gives it
  std::string output;  // standard output
  std::vector<std::string> regions;
  std::optional<decode::CrashReport> report;  // of the only region

  [[nodiscard]] int signal() const { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }
};

inline std::vector<std::string> files_in(const std::string& directory, const std::string& suffix) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (entry.path().string().ends_with(suffix)) found.push_back(entry.path().string());
  return found;
}

inline std::optional<decode::CrashReport> report_of(const std::string& region) {
  const auto file = recovery::RegionFile::open(region);
  EXPECT_TRUE(file) << file.error();
  if (!file) return std::nullopt;
  EXPECT_FALSE(file->alive());
  return decode::read_crash(file->view());
}

// `exec` makes the shell's status the program's own.
inline Crashed crash(const std::string& how, const PrivateDirectory& directory,
                     const std::string& copies = "", const std::string& program = CRASHER) {
  const std::string line = "ulimit -c 0; ulimit -s 1024; exec " + program + " " + how + " " +
                           directory.path() + " " + copies + " 2>/dev/null";
  Crashed crashed;
  std::FILE* const pipe = popen(line.c_str(), "r");
  char piece[256];
  while (const std::size_t bytes = std::fread(piece, 1, sizeof(piece), pipe))
    crashed.output.append(piece, bytes);
  crashed.status = pclose(pipe);
  crashed.regions = files_in(directory.path(), ".nspan");
  EXPECT_EQ(crashed.regions.size(), 1u) << how;
  if (crashed.regions.size() == 1) crashed.report = report_of(crashed.regions[0]);
  return crashed;
}

}  // namespace nanospan::test
