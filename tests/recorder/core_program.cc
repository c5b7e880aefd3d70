// A program of nanospan::core alone.
//
// Usage: core_program <region directory> <recovering|not>; it prints how many regions it recovered.
#include <cstdio>
#include <cstring>
#include <memory>

#include "nanospan/nanospan.h"

namespace {

class Taking final : public nanospan::Exporter {
 public:
  nanospan::ExportResult export_batch(const nanospan::SpanBatch&, nanospan::Deadline) override {
    return nanospan::ExportResult::kSuccess;
  }
  std::string describe() const override { return "nowhere"; }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  if (std::strcmp(argv[2], "recovering") == 0) nanospan::enable_recovery();
  nanospan::RecorderOptions options;
  options.service_name = "dead";
  options.region_directory = argv[1];
  options.exporters.push_back(std::make_shared<Taking>());
  auto recorder = nanospan::Recorder::start(std::move(options));
  if (!recorder || !recorder.flush()) return 3;
  std::printf("%d\n", static_cast<int>(recorder.accounting().recovered_regions));
}
