#include "inputs/stages.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "analysis/trace_set_sink.h"
#include "harness/machine.h"

namespace nanospan::bench {
namespace {

// The number of spans, or nothing: they could not be read.
std::optional<std::uint64_t> read_all(const std::string& file) {
  tools::analysis::TraceSet set;
  tools::analysis::TraceSetSink sink(set);
  const auto found = tools::find_inputs({file});
  tools::ReadOptions options;
  options.everything = true;
  for (const auto& input : found.inputs)
    if (tools::read_input(input, options, sink).code != tools::kOk) return std::nullopt;
  return set.size();
}

[[noreturn]] void run_command(Stage stage, const std::string& file, const std::string& command) {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDOUT_FILENO);
  dup2(nowhere, STDERR_FILENO);
  execl(command.c_str(), "nanospan", name_of(stage), file.c_str(), static_cast<char*>(nullptr));
  _exit(127);
}

}  // namespace

const char* name_of(Stage stage) {
  switch (stage) {
    case Stage::kRead:
      return "read";
    case Stage::kAnalyze:
      return "analyze";
    case Stage::kView:
      return "view";
  }
  return "";
}

std::optional<Round> run_once(Stage stage, const std::string& file, const std::string& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    pin_this_thread(writer_cpu());
    if (stage != Stage::kRead) run_command(stage, file, command);
    const std::uint64_t spans = read_all(file).value_or(0);
    _exit(write(ends[1], &spans, sizeof(spans)) == sizeof(spans) ? 0 : 1);
  }
  close(ends[1]);
  Round round;
  if (read(ends[0], &round.spans, sizeof(round.spans)) < 0) round.spans = 0;
  close(ends[0]);
  int status = 0;
  rusage used{};
  const bool is_reaped = child > 0 && wait4(child, &status, 0, &used) == child;
  round.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  round.peak_kib = used.ru_maxrss;
  if (!is_reaped || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return round;
}

}  // namespace nanospan::bench
