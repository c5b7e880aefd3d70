// Forks a child that ends by exit(), static destructors and all; a test reads what both leave.
//
// Usage: fork_program <region directory> <untraced|recording>; prints a line for each span that is
// exported, "<parent|child> <name>", and what the parent sees of the child's end.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include "nanospan/nanospan.h"

namespace {

const pid_t parent = getpid();

class NamesOnStandardOutput final : public nanospan::Exporter {
 public:
  nanospan::ExportResult export_batch(const nanospan::SpanBatch& batch,
                                      nanospan::Deadline) override {
    for (const nanospan::SpanView span : batch)
      dprintf(STDOUT_FILENO, "%s %s\n", getpid() == parent ? "parent" : "child",
              std::string(span.name()).c_str());
    return nanospan::ExportResult::kSuccess;
  }
  std::string describe() const override { return "standard output"; }
};

struct RecordsAtItsEnd {
  ~RecordsAtItsEnd() { NANOSPAN_SCOPE(span, "destructor"); }
};

std::unique_ptr<nanospan::Recorder> recorder;
RecordsAtItsEnd before_the_recorder;
nanospan::Span open_at_the_fork;

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  nanospan::RecorderOptions options;
  options.region_directory = argv[1];
  options.exporters.push_back(std::make_shared<NamesOnStandardOutput>());
  if (std::strcmp(argv[2], "recording") == 0)
    options.on_fork = [](nanospan::RecorderOptions& of_child) {
      of_child.exporters.push_back(std::make_shared<NamesOnStandardOutput>());
    };
  recorder = std::make_unique<nanospan::Recorder>(nanospan::Recorder::start(std::move(options)));
  if (!*recorder) return 3;
  const std::string region = recorder->region_path();
  open_at_the_fork = NANOSPAN_SPAN("open at the fork", {});
  { NANOSPAN_SCOPE(span, "main"); }
  const pid_t child = fork();
  if (child == 0) {
    { NANOSPAN_SCOPE(span, "main"); }
    std::exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  dprintf(STDOUT_FILENO, "exit status %d\n", status);
  dprintf(STDOUT_FILENO, "region %s\n", std::filesystem::exists(region) ? "stands" : "is gone");
  return 0;
}
