// Exporters by the names of OTEL_TRACES_EXPORTER.
//
// Source: OpenTelemetry configuration/sdk-environment-variables.md "Exporter Selection".
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "nanospan/detail/compiler.h"
#include "nanospan/exporter.h"
#include "nanospan/status.h"

namespace nanospan {

struct ExporterDefaults {
  std::string service_name = "unknown_service";
  std::string directory;  // of files; empty: the working directory
  std::string file_path;  // of "otlp/file"; empty: "<service.name>-<pid>.jsonl" in `directory`
};

// "otlp/file" or "" (the default), "otlp/stdout", "console", "none". Null inside an ok result:
// "none". Any other name is a failure that says which this build can serve.
[[nodiscard]] NANOSPAN_EXPORT Result<std::unique_ptr<Exporter>> make_exporter(
    std::string_view name, const ExporterDefaults& defaults);

}  // namespace nanospan
