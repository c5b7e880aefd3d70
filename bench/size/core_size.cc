// What linking nanospan::core adds to an empty program: text, and libraries.
//
// Two programs of this build are compared: `int main() {}`, and one that starts a recorder with an
// exporter of its own and records a span. Linked as users link: static core, no section collection.
// What recovery at start adds, for those who enable it, stands in the note.
#include <algorithm>
#include <array>
#include <cstdio>

#include "harness/program_folder.h"
#include "size/elf_file.h"
#include "size/size_costs.h"

namespace nanospan::bench {
namespace {

struct Programs {
  ElfFacts empty = read_elf(program_folder() + "nanospan_bench_empty");
  ElfFacts with_core = read_elf(program_folder() + "nanospan_bench_core");
  ElfFacts recovering = read_elf(program_folder() + "nanospan_bench_core_recovering");
  [[nodiscard]] const std::string& problem() const {
    if (!empty.problem.empty()) return empty.problem;
    return with_core.problem.empty() ? recovering.problem : with_core.problem;
  }
  // In KB.
  [[nodiscard]] double added_by(const ElfFacts& program) const {
    return (static_cast<double>(program.text_bytes) - static_cast<double>(empty.text_bytes)) / 1000;
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
  Figure figure = exactly(programs.added_by(programs.with_core));
  char note[64];
  std::snprintf(note, sizeof(note), "with recovery at start %.1f KB",
                programs.added_by(programs.recovering));
  figure.note = note;
  return figure;
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
