// The first line of a small file, as of those by which a kernel says something.
//
// Threads: any. Errors: "" of a file that can't be read.
#pragma once

#include <fstream>
#include <string>

namespace nanospan::bench {

[[nodiscard]] inline std::string first_line(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace nanospan::bench
