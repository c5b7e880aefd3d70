// What the subcommands have in common: their options and how they end.
//
// A subcommand is a function from options to an exit code; main.cc alone knows the command line.
#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cost_loops.h"
#include "exit_code.h"
#include "reading.h"
#include "terminal.h"

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

struct ViewOptions : SpanOptions {
  std::string trace;  // hex, or the beginning of it; "": the slowest
  bool list = false;
  bool all = false;
};

struct ExportOptions : SpanOptions {
  std::string output;  // "": standard output
  std::string format;  // "jsonl", "protobuf"; "": by the output's name, else jsonl
  bool everything = false;
  bool force = false;
};

struct InspectOptions : CommonOptions {
  bool all = false;
};

struct CollectOptions : CommonOptions {
  std::string output;      // OTLP file of our own; "": `exporter`
  std::string exporter;    // as in OTEL_TRACES_EXPORTER
  std::string checkpoint;  // "": <output>.checkpoint, or collect.checkpoint in the directory
  bool remove = false;     // regions that have been recovered
  std::optional<std::chrono::nanoseconds> keep_age;
  std::optional<std::uint64_t> keep_count;
};

struct AnalyzeOptions : SpanOptions {
  std::string root;                   // a callsite; "": that of the requests with the most time
  std::vector<std::string> what_ifs;  // SERVICE/SPAN=FACTOR
  std::string against;                // another input; "": none
};

struct CostOptions : CommonOptions {
  double seconds = 10;
  const CostLoops* loops = nullptr;  // those of the executable
};

// By its ending: length-delimited protobuf, not JSON Lines.
[[nodiscard]] bool is_protobuf_name(const std::string& path);

[[nodiscard]] int run_analyze(const AnalyzeOptions& options);
[[nodiscard]] int run_collect(const CollectOptions& options);
[[nodiscard]] int run_view(const ViewOptions& options);
[[nodiscard]] int run_export(const ExportOptions& options);
[[nodiscard]] int run_inspect(const InspectOptions& options);
[[nodiscard]] int run_cost(const CostOptions& options);

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
// Reads regions on as spans end, until SIGINT or SIGTERM, or until all of their processes are gone.
// `begin`, if any, is called once one of them is open; false, and said: the output can't be.
[[nodiscard]] ReadingOutcome follow_inputs(const std::vector<Input>& inputs,
                                           const SpanOptions& options, SpanSink& sink,
                                           const std::function<bool()>& begin = {});

}  // namespace nanospan::tools
