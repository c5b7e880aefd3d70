// nanospan export: any input to an OTLP file; the spans of a dead process among them.
#pragma once

#include <string>

#include "command/command.h"

namespace nanospan::tools {

struct ExportOptions : SpanOptions {
  std::string output;  // "": standard output
  std::string format;  // "jsonl", "protobuf"; "": by the output's name, else jsonl
  bool everything = false;
  bool force = false;
};

[[nodiscard]] int run_export(const ExportOptions& options);

}  // namespace nanospan::tools
