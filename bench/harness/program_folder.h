// Where this program stands: its plugin and the programs whose size is measured stand beside it.
#pragma once

#include <unistd.h>

#include <climits>
#include <string>

namespace nanospan::bench {

// With a slash at its end.
inline std::string program_folder() {
  char path[PATH_MAX];
  const ssize_t bytes = readlink("/proc/self/exe", path, sizeof(path));
  const std::string program(path, bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  return program.substr(0, program.rfind('/') + 1);
}

}  // namespace nanospan::bench
