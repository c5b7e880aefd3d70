// What is done with a file of spans, each time in a process of its own, so that its time and its
// memory are its own: only read, or all that a user waits for.
//
// Threads: the caller's; it should be small, as a child counts what its parent has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace nanospan::bench {

enum class Stage {
  kRead,     // through the reader that both commands read with, into their set
  kAnalyze,  // the command, from its start to its end; what it prints is dropped
  kView,
};
inline constexpr Stage kStages[] = {Stage::kRead, Stage::kAnalyze, Stage::kView};
[[nodiscard]] const char* name_of(Stage stage);

struct Round {
  double seconds = 0;
  std::uint64_t spans = 0;  // that were read; the commands don't say
  long peak_kib = 0;        // of memory, pages of a mapped region included
};

// On one core. Nothing: it failed. `command`: the path of the nanospan command.
[[nodiscard]] std::optional<Round> run_once(Stage stage, const std::string& file,
                                            const std::string& command);

}  // namespace nanospan::bench
