#include "waterfall.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "text.h"

namespace nanospan::tools {
namespace {

// A line of the tree before it is laid out: a span, or a remark.
struct Row {
  std::string prefix;  // "│   ├── "
  const TraceSpan* span = nullptr;
  std::string remark;
};

// Walks the tree without recursion: hostile traces are as deep as they are long.
class RowCollector {
 public:
  RowCollector(const Trace& trace, bool all) : trace_(trace), all_(all) {}

  std::vector<Row> collect() {
    const bool with_orphans = !trace_.orphans.empty();
    push(trace_.roots, {}, 0, !with_orphans);
    if (trace_.roots.empty() || with_orphans) {
      walk();
      if (with_orphans) {
        rows_.push_back({"└── ", nullptr, "(parent not here)"});
        push(trace_.orphans, "    ", 1, true);
      }
    }
    walk();
    return std::move(rows_);
  }

 private:
  struct Level {
    const std::vector<std::uint32_t>* children;
    std::size_t next;
    std::string indent;
    std::size_t depth;
    bool closes;  // nothing follows on this level behind these
  };

  void push(const std::vector<std::uint32_t>& children, std::string indent, std::size_t depth,
            bool closes) {
    levels_.push_back({&children, 0, std::move(indent), depth, closes});
  }

  void walk() {
    while (!levels_.empty()) {
      Level& level = levels_.back();
      const auto& children = *level.children;
      const std::size_t shown_max = all_ || children.size() <= WaterfallOptions::kChildrenMax + 1
                                        ? children.size()
                                        : WaterfallOptions::kChildrenMax;
      if (level.next == shown_max) {
        if (shown_max < children.size()) add_more(level, shown_max);
        levels_.pop_back();
        continue;
      }
      const TraceSpan& span = trace_.spans[children[level.next++]];
      const bool last = level.closes && level.next == children.size();
      const std::string here = level.indent;
      const std::size_t depth = level.depth;
      rows_.push_back({here + (last ? "└── " : "├── "), &span, {}});
      if (!span.children.empty()) descend(span, here + (last ? "    " : "│   "), depth + 1);
    }
  }

  void descend(const TraceSpan& span, std::string indent, std::size_t depth) {
    // Deeper, the lines would be as long as the tree is deep.
    constexpr std::size_t kIndentedMax = 512;
    if (!all_ && depth >= WaterfallOptions::kLevelsMax) {
      rows_.push_back(
          {indent + "└── ", nullptr, "… " + format_count(count_below(span)) + " more below"});
      return;
    }
    if (depth > kIndentedMax) indent = levels_.back().indent;
    push(span.children, std::move(indent), depth, true);
  }

  void add_more(const Level& level, std::size_t shown) {
    std::uint64_t errors = 0;
    for (std::size_t i = shown; i < level.children->size(); ++i)
      errors += trace_.spans[(*level.children)[i]].error ? 1u : 0u;
    std::string remark = "… " + format_count(level.children->size() - shown) + " more";
    if (errors != 0) remark += ", " + format_plural(errors, "error");
    rows_.push_back({level.indent + (level.closes ? "└── " : "├── "), nullptr, std::move(remark)});
  }

  std::uint64_t count_below(const TraceSpan& span) const {
    std::uint64_t count = 0;
    std::vector<const TraceSpan*> open{&span};
    while (!open.empty()) {
      const TraceSpan* const at = open.back();
      open.pop_back();
      count += at->children.size();
      for (const std::uint32_t child : at->children) open.push_back(&trace_.spans[child]);
    }
    return count;
  }

  const Trace& trace_;
  const bool all_;
  std::vector<Row> rows_;
  std::vector<Level> levels_;
};

class Layout {
 public:
  Layout(const TraceModel& model, const Trace& trace, const WaterfallOptions& options)
      : model_(model),
        trace_(trace),
        screen_(options.screen),
        with_service_(trace.services.size() > 1),
        rows_(RowCollector(trace, options.all).collect()),
        unit_(time_unit_for(trace.end_ns - trace.start_ns)) {
    for (const TraceSpan& span : trace.spans) {
      from_width_ = std::max(from_width_, display_width(offset(span.start_ns)));
      to_width_ = std::max(to_width_, display_width(offset(span.end_ns)));
      took_width_ = std::max(took_width_, display_width(format_duration(span.duration_ns())));
    }
    constexpr std::size_t kLeftMin = 16, kBarMin = 10, kBarMax = 40;
    // " " from " → " to "  ▕" bar "▏ " took; where that is too wide, the bar says from and to.
    std::size_t fixed = 2 + from_width_ + 3 + to_width_ + 3 + 2 + took_width_;
    with_times_ = fixed + kLeftMin + kBarMin <= screen_.columns;
    if (!with_times_) fixed = 3 + 2 + took_width_;
    std::size_t needed = 0;
    for (const Row& row : rows_)
      needed = std::max(needed, display_width(row.prefix) + display_width(label(row)));
    const std::size_t room =
        std::max(screen_.columns, fixed + kLeftMin + kBarMin) - fixed;  // for tree and bar
    left_ = std::clamp(needed, kLeftMin, room - kBarMin);
    bar_ = std::min(room - left_, kBarMax);
  }

  std::string render() const {
    std::string out = header();
    for (const Row& row : rows_) out += row.span == nullptr ? remark_line(row) : span_line(row);
    return out + footer();
  }

 private:
  std::string offset(std::uint64_t ns) const {
    return format_time(static_cast<double>(ns - trace_.start_ns), unit_);
  }
  double share(std::uint64_t ns) const {
    const auto whole = static_cast<double>(trace_.end_ns - trace_.start_ns);
    return whole == 0 ? 0 : static_cast<double>(ns - trace_.start_ns) / whole;
  }
  static const char* mark(const TraceSpan& span) {
    return span.error ? "✗ " : span.unfinished ? "◔ " : "";
  }
  std::string service(const TraceSpan& span) const {
    return with_service_ ? printable(model_.service(span.service)) + "  " : "";
  }
  std::string label(const Row& row) const {
    if (row.span == nullptr) return row.remark;
    return service(*row.span) + mark(*row.span) + printable(row.span->name);
  }

  // A deep tree keeps half of its column for names.
  std::string fit_prefix(const Row& row) const {
    const std::size_t label_width = display_width(label(row));
    return fit(row.prefix, std::max(left_ / 2, left_ - std::min(left_, label_width)));
  }

  std::string header() const {
    std::string facts = "  " + format_duration(trace_.root().duration_ns()) + "  ";
    facts += with_service_ ? format_plural(trace_.services.size(), "service")
                           : fit(printable(model_.service(trace_.services[0])), 24);
    facts += "  " + format_plural(trace_.spans.size(), "span");
    const std::string errors =
        trace_.errors == 0 ? "" : "  " + format_plural(trace_.errors, "error");
    // Sixteen digits are enough for --trace where all do not fit.
    const std::size_t used = 6 + display_width(facts) + display_width(errors);
    const std::string id = hex_of(trace_.id);
    const std::string shown = used + id.size() <= screen_.columns ? id : id.substr(0, 16) + "…";
    const std::string head = paint(screen_, Color::kBold, "Trace " + shown);
    if (used + display_width(shown) <= screen_.columns)
      return head + facts + paint(screen_, Color::kRed, errors) + "\n";
    return head + "\n" + fit(facts + errors, screen_.columns) + "\n";
  }

  std::string remark_line(const Row& row) const {
    const std::string prefix = fit_prefix(row);
    return paint(screen_, Color::kDim, fit(prefix + row.remark, screen_.columns)) + "\n";
  }

  std::string span_line(const Row& row) const {
    const TraceSpan& span = *row.span;
    const std::string prefix = fit_prefix(row);
    const std::size_t room = left_ - display_width(prefix);
    const std::string who = fit(service(span), room);
    const std::string what = fit(mark(span) + printable(span.name), room - display_width(who));
    const std::size_t used = display_width(prefix) + display_width(who) + display_width(what);
    std::string out = paint(screen_, Color::kDim, prefix) + paint(screen_, Color::kCyan, who) +
                      paint_span(span, what) + std::string(left_ - used, ' ');
    if (with_times_)
      out += "  " + pad_left(offset(span.start_ns), from_width_) + " → " +
             pad_left(offset(span.end_ns), to_width_);
    out += "  " + paint(screen_, Color::kDim, "▕") +
           paint_bar(span, render_bar(share(span.start_ns), share(span.end_ns), bar_)) +
           paint(screen_, Color::kDim, "▏") +
           pad_left(format_duration(span.duration_ns()), took_width_ + 1);
    return out + "\n";
  }

  std::string paint_span(const TraceSpan& span, const std::string& text) const {
    if (span.error) return paint(screen_, Color::kRed, text);
    return span.unfinished ? paint(screen_, Color::kYellow, text) : text;
  }
  std::string paint_bar(const TraceSpan& span, const std::string& bar) const {
    return paint(screen_,
                 span.error        ? Color::kRed
                 : span.unfinished ? Color::kYellow
                                   : Color::kGreen,
                 bar);
  }

  std::string footer() const {
    std::string legend;
    if (trace_.errors != 0) legend += "✗ error  ";
    if (trace_.unfinished != 0)
      legend += "◔ unfinished (" + format_count(trace_.unfinished) + ")  ";
    if (trace_.duplicates != 0)
      legend += format_plural(trace_.duplicates, "span") + " read twice, shown once";
    while (legend.ends_with(' ')) legend.pop_back();
    return legend.empty() ? "" : paint(screen_, Color::kDim, fit(legend, screen_.columns)) + "\n";
  }

  const TraceModel& model_;
  const Trace& trace_;
  const Screen screen_;
  const bool with_service_;
  const std::vector<Row> rows_;
  const TimeUnit unit_;
  std::size_t from_width_ = 0, to_width_ = 0, took_width_ = 0;
  std::size_t left_ = 0, bar_ = 0;
  bool with_times_ = true;
};

}  // namespace

std::string render_bar(double from, double to, std::size_t cells) {
  constexpr const char* kEighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
  const auto eighths = static_cast<double>(cells * 8);
  auto first = static_cast<std::size_t>(std::lround(std::clamp(from, 0.0, 1.0) * eighths));
  auto last = static_cast<std::size_t>(std::lround(std::clamp(to, 0.0, 1.0) * eighths));
  // Blocks fill a cell from its left: a bar begins on a cell, and is never invisible.
  first = std::min(first / 8, cells - 1) * 8;
  last = std::max(last, first + 1);
  std::string bar(first / 8, ' ');
  for (std::size_t cell = first / 8; cell < cells; ++cell)
    bar += kEighths[last <= cell * 8 ? 0 : std::min<std::size_t>(last - cell * 8, 8)];
  return bar;
}

std::string render_waterfall(const TraceModel& model, const Trace& trace,
                             const WaterfallOptions& options) {
  return Layout(model, trace, options).render();
}

std::string render_trace_list(const TraceModel& model, const Screen& screen, std::size_t rows_max) {
  constexpr std::size_t kNumber = 9, kTook = 9;
  // The beginning of an id is enough for --trace.
  const std::size_t id_width = screen.columns >= 100 ? 32 : 16;
  const std::size_t fixed = id_width + 2 + 2 + kTook + kNumber + kNumber;
  const std::size_t root_width = screen.columns > fixed + 20 ? screen.columns - fixed : 20;
  std::string out = paint(screen, Color::kBold,
                          pad_right("trace", id_width) + "  " + pad_right("root", root_width) +
                              "  " + pad_left("took", kTook) + pad_left("spans", kNumber) +
                              pad_left("errors", kNumber)) +
                    "\n";
  std::size_t rows = 0;
  for (const Trace& trace : model.traces()) {
    if (rows++ == rows_max) break;
    const TraceSpan& root = trace.root();
    const std::string name = printable(model.service(root.service)) + "  " + printable(root.name);
    const std::string errors = pad_left(format_count(trace.errors), kNumber);
    out += hex_of(trace.id).substr(0, id_width) + "  " +
           pad_right(fit(name, root_width), root_width) + "  " +
           pad_left(format_duration(root.duration_ns()), kTook) +
           pad_left(format_count(trace.spans.size()), kNumber) +
           (trace.errors != 0 ? paint(screen, Color::kRed, errors) : errors) + "\n";
  }
  if (model.traces().size() > rows_max)
    out +=
        paint(screen, Color::kDim,
              "… " + format_count(model.traces().size() - rows_max) + " more; --all lists them") +
        "\n";
  return out;
}

}  // namespace nanospan::tools
