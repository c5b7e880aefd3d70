// What the subcommands have in common: their options and how they end.
//
// A subcommand is a function from options to an exit code, in a room of its own; main.cc alone
// knows the command line.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "input/reading.h"
#include "terminal/exit_code.h"
#include "terminal/terminal.h"

namespace nanospan::tools {

struct CommonOptions {
  std::vector<std::string> inputs;
  bool json = false;
  bool no_color = false;
  bool quiet = false;
};

// Of the subcommands that read spans.
struct SpanOptions : CommonOptions {
  std::optional<std::chrono::nanoseconds> last;  // ReadOptions::last
  bool follow = false;                           // go on until a signal
  // Of what is kept, and of what a parser may need on top.
  std::uint64_t memory_bytes_max = ReadOptions{}.memory_bytes_max;

  [[nodiscard]] ReadOptions reading(bool everything) const {
    return {.everything = everything,
            .last = last,
            .memory_bytes_max = memory_bytes_max,
            .on_progress = {}};
  }
};

// A sentence on standard error.
int fail(ExitCode code, const std::string& sentence);
// False, and said: standard output is full. A reader that has seen enough (`| head`) is no failure.
[[nodiscard]] bool print(const std::string& text);
// The same, in what the screen shows.
[[nodiscard]] bool print_on(const Screen& screen, const std::string& text);
[[nodiscard]] bool print_json(const nlohmann::ordered_json& json);

// Reads all inputs into `sink`, with progress; prints what was skipped or unreadable unless quiet.
struct ReadingOutcome {
  std::vector<ReadReport> reports;
  ExitCode code = kOk;  // the worst: kOutputFailed, kUnreadable, kDamaged
};
[[nodiscard]] ReadingOutcome read_inputs(const std::vector<Input>& inputs,
                                         const CommonOptions& options, const ReadOptions& reading,
                                         SpanSink& sink);

}  // namespace nanospan::tools
