// nanospan collect: opening, the loop until a signal, what becomes of delivered regions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "command/command.h"

namespace nanospan::tools {

struct CollectOptions : CommonOptions {
  std::string output;      // OTLP file of our own; "": `exporter`
  std::string exporter;    // as in OTEL_TRACES_EXPORTER, but for "none"
  std::string checkpoint;  // "": <output>.checkpoint, or collect.checkpoint in the directory
  bool remove = false;     // regions that have been recovered
  std::optional<std::chrono::nanoseconds> keep_age;
  std::optional<std::uint64_t> keep_count;
};

[[nodiscard]] int run_collect(const CollectOptions& options);

}  // namespace nanospan::tools
