// The waterfall: one trace as a tree, with times and bars, for a screen of a given width.
//
// Where there is not room for all columns, names come before bars, and bars before lengths, which
// the times say as well. Nothing is wider than the screen.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "analysis/shown_trace.h"
#include "analysis/trace_list.h"
#include "terminal/terminal.h"

namespace nanospan::tools {

struct WaterfallOptions {
  Screen screen;
  bool all = false;      // WaterfallRows
  bool details = false;  // below each span: detail_lines()
};
// Takes one line or more, each ended by a line feed. False: no more.
using TakeText = std::function<bool(const std::string& lines)>;

// False: `take` stopped it.
bool render_waterfall(const analysis::ShownTrace& trace, const analysis::TraceSummary& summary,
                      const WaterfallOptions& options, const TakeText& take);
// `cells` columns, of which [from, to) in shares of 1 is filled, in eighths of a column.
[[nodiscard]] std::string render_bar(double from, double to, std::size_t cells);

}  // namespace nanospan::tools
