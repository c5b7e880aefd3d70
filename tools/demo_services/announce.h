// announce(): what tools/demo waits for, a line on standard output: a word, and more about it.
//
// Threads: any; a line is whole, also in a pipe that several processes write to.
#pragma once

#include <unistd.h>

#include <string>

namespace demo {

inline void announce(const std::string& line) {
  const std::string whole = line + '\n';
  // Nobody reads any more where it fails: tools/demo is gone, and so is this process at once.
  (void)!write(STDOUT_FILENO, whole.data(), whole.size());
}

}  // namespace demo
