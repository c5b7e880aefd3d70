// Following: spans of live processes as they end, until a signal or until all of them are gone.
#pragma once

#include <functional>
#include <vector>

#include "command/command.h"

namespace nanospan::tools {

// Reads regions on as spans end, until SIGINT or SIGTERM, or until all of their processes are gone.
// `begin`, if any, is called once one of them is open; false, and said: the output can't be.
[[nodiscard]] ReadingOutcome follow_inputs(const std::vector<Input>& inputs,
                                           const SpanOptions& options, SpanSink& sink,
                                           const std::function<bool()>& begin = {});

}  // namespace nanospan::tools
