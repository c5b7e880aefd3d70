#include "nanospan/exporters/make_exporter.h"

#include <unistd.h>

#include <utility>

#include "nanospan/exporters/console_exporter.h"
#include "nanospan/exporters/otlp_file_exporter.h"

namespace nanospan {
namespace {

std::string file_path(const ExporterDefaults& defaults) {
  if (!defaults.file_path.empty()) return defaults.file_path;
  const std::string name = default_otlp_file_name(defaults.service_name, ::getpid());
  return defaults.directory.empty() ? name : defaults.directory + '/' + name;
}

}  // namespace

Result<std::unique_ptr<Exporter>> make_exporter(std::string_view name,
                                                const ExporterDefaults& defaults) {
  if (name.empty() || name == "otlp/file") {
    OtlpFileOptions options;
    options.path = file_path(defaults);
    return make_otlp_file_exporter(std::move(options));
  }
  if (name == "otlp/stdout") {
    OtlpFileOptions options;
    options.fd = STDOUT_FILENO;
    return make_otlp_file_exporter(std::move(options));
  }
  if (name == "console") return make_console_exporter();
  if (name == "none") return std::unique_ptr<Exporter>();
  return Status::failure("this build has no traces exporter '" + std::string(name) +
                         "'; it has otlp/file, otlp/stdout, console and none");
}

}  // namespace nanospan
