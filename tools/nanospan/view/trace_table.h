// The list of traces, the slowest first: a table for a screen.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>

#include "analysis/trace_list.h"
#include "terminal/terminal.h"

namespace nanospan::tools {

[[nodiscard]] std::string render_trace_list(const analysis::TraceSet& set,
                                            const analysis::TraceList& list, const Screen& screen,
                                            std::size_t rows_max);

}  // namespace nanospan::tools
