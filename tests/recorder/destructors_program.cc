// Records in static and thread-local destructors; a test reads what it leaves.
//
// Usage: destructors_program <region directory> <order>; its spans go to standard output, one name
// a line. order: "static" ends its recorder by a static destructor, "main" in main().
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>

#include "nanospan/nanospan.h"

namespace {

class NamesOnStandardOutput final : public nanospan::Exporter {
 public:
  nanospan::ExportResult export_batch(const nanospan::SpanBatch& batch,
                                      nanospan::Deadline) override {
    for (const nanospan::SpanView span : batch) {
      const std::string_view name = span.name();
      std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
    }
    std::fflush(stdout);
    return nanospan::ExportResult::kSuccess;
  }
  std::string describe() const override { return "standard output"; }
};

struct RecordsAtItsEnd {
  const char* name;
  ~RecordsAtItsEnd() {
    NANOSPAN_SCOPE(span, "destructor");
    span.update_name(name);
    span.set_attribute("k", 1);
    nanospan::Span detached = NANOSPAN_SPAN("detached", {});
  }
};

// Destroyed in the opposite order: "after the recorder" comes last.
RecordsAtItsEnd after_the_recorder{"after the recorder"};
std::unique_ptr<nanospan::Recorder> recorder;
RecordsAtItsEnd before_the_recorder{"static"};
thread_local RecordsAtItsEnd of_a_thread{"thread_local"};
nanospan::Span never_ended;

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  nanospan::RecorderOptions options;
  options.region_directory = argv[1];
  options.exporters.push_back(std::make_shared<NamesOnStandardOutput>());
  recorder = std::make_unique<nanospan::Recorder>(nanospan::Recorder::start(std::move(options)));
  if (!*recorder) return 3;
  std::thread([] {
    if (of_a_thread.name == nullptr) return;
    NANOSPAN_SCOPE(span, "on a thread");
  }).join();
  if (of_a_thread.name == nullptr) return 4;
  { NANOSPAN_SCOPE(span, "main"); }
  never_ended = NANOSPAN_SPAN("never ended", {});
  if (std::strcmp(argv[2], "main") == 0) recorder.reset();
  return 0;
}
