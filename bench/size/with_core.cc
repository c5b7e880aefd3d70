// The smallest program that uses nanospan::core: a recorder, an exporter of its own, a span.
#include <memory>

#include "nanospan/nanospan.h"

namespace {

class DropExporter : public nanospan::Exporter {
 public:
  nanospan::ExportResult export_batch(const nanospan::SpanBatch&, nanospan::Deadline) override {
    return nanospan::ExportResult::kSuccess;
  }
  [[nodiscard]] std::string describe() const override { return "nowhere"; }
};

}  // namespace

int main() {
  const auto recorder =
      nanospan::Recorder::start({.exporters = {std::make_shared<DropExporter>()}});
  NANOSPAN_SCOPE(span, "main");
  span.set_attribute("answer", 42);
}
