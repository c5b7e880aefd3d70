// The waterfall: one trace as a tree, with times and bars, for a terminal of a given width.
//
// Threads: pure functions. Limits: children beyond kChildrenMax of a span and levels beyond
// kLevelsMax are counted in a line of their own unless `all`.
#pragma once

#include <cstddef>
#include <string>

#include "terminal.h"
#include "trace_model.h"

namespace nanospan::tools {

struct WaterfallOptions {
  static constexpr std::size_t kChildrenMax = 24;
  static constexpr std::size_t kLevelsMax = 24;
  Screen screen;
  bool all = false;
};

// Lines, each ended by a line feed.
[[nodiscard]] std::string render_waterfall(const TraceModel& model, const Trace& trace,
                                           const WaterfallOptions& options);
// `cells` columns, of which [from, to) in shares of 1 is filled, in eighths of a column.
[[nodiscard]] std::string render_bar(double from, double to, std::size_t cells);
// A table of traces, the slowest first.
[[nodiscard]] std::string render_trace_list(const TraceModel& model, const Screen& screen,
                                            std::size_t rows_max);

}  // namespace nanospan::tools
