// nanospan inspect: what a region or an OTLP file holds, or which regions there are.
#pragma once

#include "command/command.h"

namespace nanospan::tools {

struct InspectOptions : CommonOptions {
  bool all = false;
};

[[nodiscard]] int run_inspect(const InspectOptions& options);

}  // namespace nanospan::tools
