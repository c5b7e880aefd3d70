// Makes the recorder know this library's exporters as soon as it is linked or loaded.
//
// A static library drops a source file that nobody names: users' link lines name the symbol below
// (CMake's nanospan::nanospan and nanospan.pc pass -Wl,-u).
#include <utility>

#include "nanospan/dump.h"
#include "nanospan/exporters/make_exporter.h"
#include "nanospan/exporters/otlp_file_exporter.h"
#include "nanospan/recorder.h"

namespace nanospan {
namespace {

Result<std::unique_ptr<Exporter>> make_requested(const ExporterRequest& request) {
  if (request.fd >= 0) {
    OtlpFileOptions options;
    options.fd = request.fd;
    return make_otlp_file_exporter(std::move(options));
  }
  ExporterDefaults defaults;
  defaults.service_name = request.service_name;
  return make_exporter(request.name, defaults);
}

struct Registration {
  Registration() noexcept {
    set_exporter_factory(make_requested);
    enable_dump_on_signal();
    enable_recovery();
  }
};

}  // namespace
}  // namespace nanospan

extern "C" NANOSPAN_EXPORT const int nanospan_exporters;
const int nanospan_exporters = 1;

static const nanospan::Registration registration;
