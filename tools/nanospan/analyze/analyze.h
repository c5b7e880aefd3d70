// nanospan analyze: where the time of slow requests goes, over all traces of the input.
#pragma once

#include <string>
#include <vector>

#include "command/command.h"

namespace nanospan::tools {

struct AnalyzeOptions : SpanOptions {
  std::string root;                   // a callsite; "": that of the requests with the most time
  std::vector<std::string> what_ifs;  // SERVICE/SPAN=FACTOR
  std::string against;                // another input; "": none
};

[[nodiscard]] int run_analyze(const AnalyzeOptions& options);

}  // namespace nanospan::tools
