#include "view/waterfall.h"

#include <algorithm>
#include <cmath>

#include "analysis/clock_text.h"
#include "terminal/text.h"
#include "view/span_details.h"
#include "view/waterfall_rows.h"

namespace nanospan::tools {
namespace {

using analysis::ShownTrace;
using analysis::SpanRow;
using analysis::TraceSummary;

std::uint64_t length(std::int64_t from_ns, std::int64_t to_ns) {
  return static_cast<std::uint64_t>(to_ns - from_ns);
}

constexpr const char* kHotMark = "  ← hot";
constexpr std::size_t kNameInText = 48;  // columns

class Layout {
 public:
  Layout(const ShownTrace& trace, const TraceSummary& summary, const WaterfallOptions& options)
      : trace_(trace),
        summary_(summary),
        screen_(options.screen),
        all_(options.all),
        with_details_(options.details),
        with_service_(summary.services > 1),
        rows_(trace, options.all),
        unit_(time_unit_for(length(trace.start_ns(), trace.end_ns()))) {
    measure();
    choose_columns();
  }

  bool render(const TakeText& take) {
    if (!take(header())) return false;
    const bool is_whole = rows_.for_each([&](const WaterfallRow& row) {
      if (row.span == ShownTrace::kNone) return take(remark_line(row));
      return take(span_line(row)) && (!with_details_ || details(row, take));
    });
    const std::string legend = footer();
    return is_whole && (legend.empty() || take(legend));
  }

 private:
  void measure() {
    rows_.for_each([this](const WaterfallRow& row) {
      needed_ = std::max(needed_, display_width(row.prefix) + display_width(label(row)));
      if (row.span == ShownTrace::kNone) return true;
      const std::uint32_t span = row.span;
      from_width_ = std::max(from_width_, display_width(offset(trace_[span].start_ns)));
      to_width_ = std::max(to_width_, display_width(offset(trace_.end_ns(span))));
      took_width_ = std::max(took_width_, display_width(took(span)));
      return true;
    });
    hot_width_ = trace_.hot() && trace_.size() > 1 ? display_width(kHotMark) : 0;
  }

  void choose_columns() {
    constexpr std::size_t kLeftMin = 16, kBarMin = 10, kBarMax = 40;
    struct Choice {
      bool times, bar, took;
    };
    constexpr Choice kChoices[] = {
        {true, true, true}, {true, true, false}, {true, false, false}, {false, false, true}};
    // " " from " → " to "  ▕" bar "▏ " took "  ← hot"
    const auto others = [this](const Choice& choice) {
      return (choice.times ? 2 + from_width_ + 3 + to_width_ : 0) + (choice.bar ? 4 + kBarMin : 0) +
             (choice.took ? 1 + took_width_ : 0) + hot_width_;
    };
    const std::size_t wanted = std::max(kLeftMin, std::min(needed_, screen_.columns / 2));
    Choice choice{false, false, false};
    for (const Choice& one : kChoices) {
      if (others(one) + wanted > screen_.columns) continue;
      choice = one;
      break;
    }
    with_times_ = choice.times;
    with_took_ = choice.took;
    const std::size_t room = screen_.columns - std::min(screen_.columns - 1, others(choice));
    left_ = std::clamp(needed_, std::min(kLeftMin, room), room);
    if (choice.bar) bar_ = std::min(kBarMin + room - left_, kBarMax);
  }

  std::string offset(std::int64_t ns) const {
    return format_time(static_cast<double>(ns - trace_.start_ns()), unit_);
  }
  std::string took(std::uint32_t span) const {
    return format_duration(static_cast<std::uint64_t>(trace_.duration_ns(span)));
  }
  double share(std::int64_t ns) const {
    const auto whole = static_cast<double>(trace_.end_ns() - trace_.start_ns());
    return whole == 0 ? 0 : static_cast<double>(ns - trace_.start_ns()) / whole;
  }
  std::string service(const WaterfallRow& row) const {
    return with_service_ && row.names_service ? printable(trace_.service(row.span)) + "  " : "";
  }
  std::string what(std::uint32_t span) const {
    const SpanRow& row = trace_.row(span);
    return std::string(has_failed(row)      ? "✗ "
                       : is_unfinished(row) ? "◔ "
                                            : "") +
           (trace_[span].shift_ns != 0 ? "± " : "") + printable(trace_.name(span));
  }
  std::string label(const WaterfallRow& row) const {
    return row.span == ShownTrace::kNone ? row.remark : service(row) + what(row.span);
  }

  // A deep tree keeps half of its column for names.
  std::string fit_prefix(const WaterfallRow& row) const {
    const std::size_t label_width = display_width(label(row));
    return fit(row.prefix, std::max(left_ / 2, left_ - std::min(left_, label_width)));
  }

  std::string header() const {
    std::string facts =
        "  " + format_duration(static_cast<std::uint64_t>(summary_.duration_ns)) + "  ";
    facts += with_service_ ? format_plural(summary_.services, "service")
                           : fit(printable(trace_.service(0)), 24);
    facts += "  " + format_plural(summary_.spans, "span");
    const std::string errors =
        summary_.errors == 0 ? "" : "  " + format_plural(summary_.errors, "error");
    // Sixteen digits are enough for --trace where all do not fit.
    const std::size_t used = 6 + display_width(facts) + display_width(errors);
    const std::string id = analysis::hex_of(trace_.set().trace_key(trace_.row(0).trace));
    const std::string shown = used + id.size() <= screen_.columns ? id : id.substr(0, 16) + "…";
    const std::string head = paint(screen_, Color::kBold, "Trace " + shown);
    if (used + display_width(shown) <= screen_.columns)
      return head + facts + paint(screen_, Color::kRed, errors) + "\n";
    return head + "\n" + fit(facts + errors, screen_.columns) + "\n";
  }

  std::string remark_line(const WaterfallRow& row) const {
    const std::string prefix = fit_prefix(row);
    return paint(screen_, Color::kDim, fit(prefix + row.remark, screen_.columns)) + "\n";
  }

  std::string span_line(const WaterfallRow& row) const {
    const std::uint32_t span = row.span;
    const std::string prefix = fit_prefix(row);
    const std::size_t room = left_ - std::min(left_, display_width(prefix));
    const std::string name = what(span);
    // Each has half, or what the other does not need.
    const std::size_t for_service = std::max(room / 2, room - std::min(room, display_width(name)));
    const std::string who = fit(service(row), for_service);
    const std::string shown = fit(name, room - display_width(who));
    const std::size_t used = display_width(prefix) + display_width(who) + display_width(shown);
    std::string out = paint(screen_, Color::kDim, prefix) + paint(screen_, Color::kCyan, who) +
                      paint_span(span, shown) + std::string(left_ - std::min(left_, used), ' ');
    if (with_times_)
      out += "  " + pad_left(offset(trace_[span].start_ns), from_width_) + " → " +
             pad_left(offset(trace_.end_ns(span)), to_width_);
    if (bar_ != 0)
      out += "  " + paint(screen_, Color::kDim, "▕") +
             paint_bar(span,
                       render_bar(share(trace_[span].start_ns), share(trace_.end_ns(span)), bar_)) +
             paint(screen_, Color::kDim, screen_.ascii ? "|" : "▏");
    if (with_took_) out += " " + pad_left(took(span), took_width_);
    if (trace_[span].is_hot && hot_width_ != 0) out += paint(screen_, Color::kBold, kHotMark);
    return out + "\n";
  }

  // Between the span's branch and those of its children.
  bool details(const WaterfallRow& row, const TakeText& take) const {
    constexpr std::string_view kBranch = "├── ", kLast = "└── ";
    static_assert(kBranch.size() == kLast.size());
    std::string prefix = row.prefix.substr(0, row.prefix.size() - kBranch.size());
    prefix += row.prefix.ends_with(kLast) ? "    " : "│   ";
    prefix += trace_[row.span].first_child == ShownTrace::kNone ? "    " : "│   ";
    prefix = fit(prefix, screen_.columns / 2);
    const DetailOptions options{.columns = screen_.columns - display_width(prefix),
                                .all = all_,
                                .trace_ns = trace_.start_ns(),
                                .shift_ns = trace_[row.span].shift_ns};
    const auto lines = detail_lines(trace_.record(row.span), options);
    return std::all_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return take(paint(screen_, Color::kDim, prefix) + line + "\n");
    });
  }

  std::string paint_span(std::uint32_t span, const std::string& text) const {
    if (has_failed(trace_.row(span))) return paint(screen_, Color::kRed, text);
    return is_unfinished(trace_.row(span)) ? paint(screen_, Color::kYellow, text) : text;
  }
  std::string paint_bar(std::uint32_t span, const std::string& bar) const {
    const SpanRow& row = trace_.row(span);
    return paint(screen_,
                 has_failed(row)      ? Color::kRed
                 : is_unfinished(row) ? Color::kYellow
                                      : Color::kGreen,
                 bar);
  }

  std::string hot_text() const;
  std::string footer() const;

  const ShownTrace& trace_;
  const TraceSummary& summary_;
  const Screen screen_;
  const bool all_, with_details_;
  const bool with_service_;
  WaterfallRows rows_;
  const TimeUnit unit_;
  std::size_t needed_ = 0, from_width_ = 0, to_width_ = 0, took_width_ = 0, hot_width_ = 0;
  std::size_t left_ = 0, bar_ = 0;
  bool with_times_ = true, with_took_ = true;
};

std::string Layout::hot_text() const {
  using analysis::SectionKind;
  const analysis::HotCallsite& hot = *trace_.hot();
  const analysis::Callsite callsite = trace_.set().callsite(hot.callsite);
  const auto whole = static_cast<double>(std::max<std::int64_t>(1, summary_.duration_ns));
  const auto named = [this](analysis::StringId id) {
    return fit(printable(trace_.set().text(id)), kNameInText);
  };
  std::string text =
      "← hot: " + named(callsite.service) + " / " + named(callsite.name) + " itself has " +
      format_duration(static_cast<std::uint64_t>(hot.own_ns)) + " of the " +
      format_duration(static_cast<std::uint64_t>(summary_.duration_ns)) + " (" +
      std::to_string(std::lround(100 * static_cast<double>(hot.own_ns) / whole)) + " %)";
  if (hot.spans > 1) text += ", in " + format_plural(hot.spans, "span");
  if (hot.kind == SectionKind::kRequestGap)
    text += ", most of it on the way to its server";
  else if (hot.kind == SectionKind::kResponseGap)
    text += ", most of it on the way back from its server";
  else if (hot.kind == SectionKind::kFailedAttempt || hot.kind == SectionKind::kBackoff)
    text += ", most of it in attempts that are made again";
  else if (hot.kind == SectionKind::kWaiting)
    text += ", most of it waiting for children that run beside each other";
  return text;
}

std::string Layout::footer() const {
  std::string marks;
  if (summary_.errors != 0) marks += "✗ error  ";
  if (summary_.unfinished != 0)
    marks += "◔ unfinished (" + format_count(summary_.unfinished) + ")  ";
  if (summary_.duplicates != 0)
    marks += format_plural(summary_.duplicates, "span") + " read twice, shown once  ";
  if (rows_.folded_calls() != 0)
    marks += format_plural(rows_.folded_calls(), "call") + " shown as " +
             (rows_.folded_calls() == 1 ? "its server" : "their servers") + " (--all: both)  ";
  while (marks.ends_with(' ')) marks.pop_back();
  std::vector<std::string> lines;
  if (hot_width_ != 0) lines.push_back(hot_text());
  if (!marks.empty()) lines.push_back(marks);
  if (trace_.shifted() != 0) {
    lines.push_back("± " + format_plural(trace_.shifted(), "span") +
                    " put into the time of the callers: their clocks differ");
    for (const analysis::ClockPair& pair : trace_.clocks())
      lines.push_back("  " + analysis::clock_text(pair));
  }
  std::string out;
  for (const std::string& line : lines)
    for (const std::string& part : wrap(line, screen_.columns))
      out += paint(screen_, Color::kDim, part) + "\n";
  return out;
}

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

bool render_waterfall(const ShownTrace& trace, const TraceSummary& summary,
                      const WaterfallOptions& options, const TakeText& take) {
  return Layout(trace, summary, options).render(take);
}

}  // namespace nanospan::tools
