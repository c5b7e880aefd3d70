// What linking nanospan::core adds to an empty program: text, and libraries.
//
// Two programs of this build are compared: `int main() {}`, and one that starts a recorder with an
// exporter of its own and records a span. Linked as users link: static core, no section collection.
#include <algorithm>
#include <array>

#include "costs.h"
#include "elf_file.h"
#include "program_folder.h"

namespace nanospan::bench {
namespace {

struct Programs {
  ElfFacts empty = read_elf(program_folder() + "nanospan_bench_empty");
  ElfFacts with_core = read_elf(program_folder() + "nanospan_bench_core");
  [[nodiscard]] const std::string& problem() const {
    return empty.problem.empty() ? with_core.problem : empty.problem;
  }
};

// What every C++ program that g++ links may ask for.
bool is_of_the_language(const std::string& library) {
  static constexpr std::array<std::string_view, 5> kPrefixes = {"libc.so", "libstdc++.so",
                                                                "libgcc_s.so", "libm.so", "ld-"};
  return std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view prefix) {
    return library.compare(0, prefix.size(), prefix) == 0;
  });
}

Figure exactly(double value) {
  Figure figure;
  figure.value = {value, value, value};
  figure.samples = {value};
  return figure;
}

}  // namespace

Figure measure_core_text(const Effort&) {
  const Programs programs;
  if (!programs.problem().empty()) return problem(programs.problem());
  const auto added = static_cast<double>(programs.with_core.text_bytes) -
                     static_cast<double>(programs.empty.text_bytes);
  return exactly(added / 1000);
}

Figure measure_core_libraries(const Effort&) {
  const Programs programs;
  if (!programs.problem().empty()) return problem(programs.problem());
  std::string names;
  double count = 0;
  for (const std::string& library : programs.with_core.needed) {
    if (is_of_the_language(library)) continue;
    names += (names.empty() ? "" : ", ") + library;
    ++count;
  }
  Figure figure = exactly(count);
  figure.note = names;
  return figure;
}

}  // namespace nanospan::bench
