// What a program of ours says in its ELF headers: how much text, which libraries.
//
// Threads: none. Only for files that this build made: they are trusted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nanospan::bench {

struct ElfFacts {
  std::uint64_t text_bytes = 0;  // as `size` counts: all that is mapped and not writable
  std::vector<std::string> needed;
  std::string problem;
};
[[nodiscard]] ElfFacts read_elf(const std::string& path);

}  // namespace nanospan::bench
