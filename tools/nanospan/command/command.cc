#include "command/command.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "terminal/ascii.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

// The bar is gone when this returns: nothing is written behind it.
ReadResult read_with_progress(const Input& input, const CommonOptions& options, ReadOptions reading,
                              SpanSink& sink) {
  Progress progress(input.path == "-" ? "standard input" : printable(input.path), options.quiet);
  reading.on_progress = [&](std::uint64_t done, std::uint64_t total, std::uint64_t spans) {
    progress.show(done, total, spans);
  };
  return read_input(input, reading, sink);
}

}  // namespace

int fail(ExitCode code, const std::string& sentence) {
  std::fprintf(stderr, "nanospan: %s\n", sentence.c_str());
  return code;
}

bool print(const std::string& text) {
  const bool wrote =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (wrote || errno == EPIPE) return true;
  fail(kOutputFailed, std::string("Standard output can't be written (") + std::strerror(errno) +
                          "); send it elsewhere.");
  return false;
}

bool print_on(const Screen& screen, const std::string& text) {
  return print(screen.ascii ? to_ascii(text) : text);
}

bool print_json(const nlohmann::ordered_json& json) {
  return print(json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

ReadingOutcome read_inputs(const std::vector<Input>& inputs, const CommonOptions& options,
                           const ReadOptions& reading, SpanSink& sink) {
  ReadingOutcome outcome;
  for (const Input& input : inputs) {
    ReadResult result = read_with_progress(input, options, reading, sink);
    if (!options.quiet) std::fputs(damage_text(result.report).c_str(), stderr);
    if (!result.error.empty()) fail(result.code, result.error);
    // An input that can't be read outweighs damage in another, and a failed output everything.
    const bool outweighs = result.code == kOutputFailed ||
                           (result.code == kUnreadable && outcome.code != kOutputFailed) ||
                           outcome.code == kOk;
    if (outweighs) outcome.code = result.code;
    outcome.reports.push_back(std::move(result.report));
    if (outcome.code == kOutputFailed) break;
  }
  return outcome;
}

}  // namespace nanospan::tools
