#include "view/trace_table.h"

#include <algorithm>

#include "terminal/text.h"

namespace nanospan::tools {

using analysis::TraceSummary;

std::string render_trace_list(const analysis::TraceSet& set, const analysis::TraceList& list,
                              const Screen& screen, std::size_t rows_max) {
  constexpr std::size_t kNumber = 9, kTook = 9, kRootMin = 14;
  // The beginning of an id is enough for --trace; a narrow screen keeps the root's name.
  const std::size_t id_width = screen.columns >= 100 ? 32 : screen.columns >= 70 ? 16 : 8;
  const bool with_counts = screen.columns >= 60;
  const std::size_t fixed = id_width + 2 + 2 + kTook + (with_counts ? 2 * kNumber : 0);
  const std::size_t root_width = std::max(screen.columns, fixed + kRootMin) - fixed;
  std::string head = pad_right("trace", id_width) + "  " + pad_right("root", root_width) + "  " +
                     pad_left("took", kTook);
  if (with_counts) head += pad_left("spans", kNumber) + pad_left("errors", kNumber);
  std::string out = paint(screen, Color::kBold, head) + "\n";
  for (std::size_t rank = 0; rank < std::min(list.size(), rows_max); ++rank) {
    const TraceSummary summary = list.summary(rank);
    const analysis::Callsite root = set.callsite(list.root_row(rank).callsite);
    const std::string name =
        printable(set.text(root.service)) + "  " + printable(set.text(root.name));
    out += hex_of(list.key(rank)).substr(0, id_width) + "  " +
           pad_right(fit(name, root_width), root_width) + "  " +
           pad_left(format_duration(static_cast<std::uint64_t>(summary.duration_ns)), kTook);
    const std::string errors = pad_left(format_count(summary.errors), kNumber);
    if (with_counts)
      out += pad_left(format_count(summary.spans), kNumber) +
             (summary.errors != 0 ? paint(screen, Color::kRed, errors) : errors);
    out += "\n";
  }
  if (list.size() > rows_max)
    out += paint(screen, Color::kDim,
                 "… " + format_count(list.size() - rows_max) + " more; --all lists them") +
           "\n";
  return out;
}

}  // namespace nanospan::tools
