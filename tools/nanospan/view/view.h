// nanospan view: one trace as a waterfall, or the list of traces.
#pragma once

#include <string>

#include "command/command.h"

namespace nanospan::tools {

struct ViewOptions : SpanOptions {
  std::string trace;  // hex, or the beginning of it; "": the slowest
  bool list = false;
  bool all = false;
  bool attributes = false;  // and events, links, status messages
};

[[nodiscard]] int run_view(const ViewOptions& options);

}  // namespace nanospan::tools
