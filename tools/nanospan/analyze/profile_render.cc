#include "analyze/profile_render.h"

#include <algorithm>
#include <cmath>

#include "terminal/text.h"

namespace nanospan::tools::analysis {
namespace {

// Of a table: what is left for names beside its columns of times. Tables stand below each other
// with their columns in line where there is room for the widest of them.
struct Widths {
  std::size_t name, time;
};
constexpr std::size_t kTimes = 5, kColumnsInLine = 100, kColumnsForAll = 79;

bool is_narrow(const Screen& screen) {
  return screen.columns < kColumnsForAll;
}
Widths widths_of(const Screen& screen, std::size_t times) {
  constexpr std::size_t kNameMin = 24;
  const std::size_t time = is_narrow(screen) ? 9 : 11;
  const std::size_t numbers = time * (screen.columns >= kColumnsInLine ? kTimes : times);
  return {std::max(screen.columns, numbers + kNameMin) - numbers, time};
}

std::string time_text(double ns) {
  const std::string text = format_duration(static_cast<std::uint64_t>(std::llround(std::abs(ns))));
  return ns <= -0.5 ? "-" + text : text;
}
std::string signed_text(double ns) {
  return (ns >= 0.5 ? "+" : "") + time_text(ns);
}

std::string name_text(const SpanName& span) {
  return printable(span.service) + " / " + printable(span.name);
}

std::string path_text(const std::vector<SpanName>& path) {
  if (path.empty()) return "(all other paths)";
  std::string text;
  for (const SpanName& span : path) text += (text.empty() ? "" : " › ") + printable(span.name);
  return text;
}

// The end of a path says more than its beginning.
std::string fit_end(const std::string& text, std::size_t columns) {
  if (display_width(text) <= columns) return pad_right(text, columns);
  std::size_t from = 0;
  while (from < text.size() && display_width(std::string_view(text).substr(from)) + 2 > columns) {
    ++from;
    while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xc0) == 0x80) ++from;
  }
  return pad_right("… " + text.substr(from), columns);
}

// `note`: a row may have one behind its times, as wide as one of them.
std::string row_of(const Screen& screen, const std::string& name,
                   std::initializer_list<std::string> cells, const char* note = nullptr) {
  const Widths widths = widths_of(screen, cells.size() + (note == nullptr ? 0 : 1));
  std::string line = fit_end(name, widths.name);
  for (const std::string& cell : cells) line += pad_left(cell, widths.time);
  return note == nullptr ? line : line + note;
}
std::string heading(const Screen& screen, const std::string& first,
                    std::initializer_list<std::string> columns, const char* note = nullptr) {
  const std::size_t times = columns.size() + (note == nullptr ? 0 : 1);
  const std::string name = fit(first, widths_of(screen, times).name);
  return paint(screen, Color::kBold, row_of(screen, name, columns, note)) + "\n";
}
std::string paragraph(const Screen& screen, Color color, const std::string& text) {
  std::string out;
  for (const std::string& line : wrap(text, screen.columns))
    out += paint(screen, color, line) + "\n";
  return out;
}

std::string left_out(std::size_t rows, std::size_t shown) {
  if (rows <= shown) return {};
  return "  … and " + format_count(rows - shown) + " more (--json has all)\n";
}

std::string section_text(const SectionRow& row) {
  switch (row.kind) {
    case SectionKind::kOwn:
      return name_text(row.span) + ": itself";
    case SectionKind::kBeforeFirst:
      return name_text(row.span) + ": before its first child";
    case SectionKind::kAfterLast:
      return name_text(row.span) + ": after its last child";
    case SectionKind::kWaiting:
      return name_text(row.span) + ": waiting for children";
    case SectionKind::kCall:
      return name_text(row.span) + ": call, other side unknown";
    case SectionKind::kRequestGap:
      return name_text(row.client) + " → " + printable(row.span.service) + ": way there, queue";
    case SectionKind::kResponseGap:
      return name_text(row.client) + " ← " + printable(row.span.service) + ": way back";
    case SectionKind::kFailedAttempt:
      return name_text(row.span) + ": attempts that failed";
    case SectionKind::kBackoff:
      return name_text(row.span) + ": between attempts";
  }
  return {};
}

std::string render_sections(const Profile& profile, const Screen& screen) {
  std::string out =
      heading(screen, "Where the slow lose it, a request", {"fast", "slow", "slower"}, "");
  const double slower = profile.duration.slower();
  std::size_t shown = 0;
  for (const SectionRow& row : profile.sections) {
    if (shown == kRows || row.time.slower() <= 0) break;
    ++shown;
    const long share = slower <= 0 ? 0 : std::lround(100 * row.time.slower() / slower);
    const std::string note = pad_left(std::to_string(share) + " %", 7) + "\n";
    out +=
        row_of(screen, section_text(row),
               {time_text(row.time.fast), time_text(row.time.slow), signed_text(row.time.slower())},
               note.c_str());
  }
  if (shown == 0) out += "  nothing takes longer in them\n";
  return out + left_out(profile.sections.size(), shown);
}

std::string render_callsites(const Profile& profile, const Screen& screen) {
  const std::string title = "On the path, a request";
  std::string out =
      is_narrow(screen)
          ? heading(screen, title, {"itself", "below it", "drag", "slack"})
          : heading(screen, title, {"itself", "below it", "drag", "drag, slow", "slack"});
  const std::size_t shown = std::min(kRows, profile.callsites.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const CallsiteRow& row = profile.callsites[i];
    const std::string own = time_text(row.own.all), below = time_text(row.below.all),
                      drag = time_text(row.drag.all), slack = time_text(row.slack_mean_ns);
    const std::string name = name_text(row.span);
    out += is_narrow(screen)
               ? row_of(screen, name, {own, below, drag, slack})
               : row_of(screen, name, {own, below, drag, time_text(row.drag.slow), slack});
    out += '\n';
  }
  return out + left_out(profile.callsites.size(), shown);
}

std::string render_what_ifs(const Profile& profile, const Screen& screen) {
  if (profile.what_ifs.empty()) return {};
  std::string out = heading(screen, "What if", {"P50", "", "P99", ""});
  for (const WhatIfRow& row : profile.what_ifs) {
    const auto p50 = static_cast<double>(row.p50_ns);
    const auto p99 = static_cast<double>(row.p99_ns);
    const double less50 = p50 - static_cast<double>(profile.kind.p50_ns);
    const double less99 = p99 - static_cast<double>(profile.kind.p99_ns);
    out += row_of(screen, printable(row.text),
                  {time_text(p50), signed_text(less50), time_text(p99), signed_text(less99)}) +
           "\n";
  }
  return out + "\n";
}

std::string change_rows(const std::vector<ChangeRow>& rows, const Screen& screen) {
  std::string out;
  std::size_t shown = 0;
  for (const ChangeRow& row : rows) {
    if (shown == kRows || std::abs(row.change_ns()) < 0.5) break;
    ++shown;
    const std::string name = row.path.size() == 1 ? name_text(row.path[0]) : path_text(row.path);
    const char* const note = !row.is_in_before ? "  new" : !row.is_in_after ? "  gone" : "";
    out += row_of(screen, name,
                  {time_text(row.before_ns), time_text(row.after_ns), signed_text(row.change_ns())},
                  note);
    out += '\n';
  }
  if (shown == 0) out += "  no change\n";
  return out + left_out(rows.size(), shown);
}

}  // namespace

std::string render_profile(const Profile& profile, const Cause& cause, const Screen& screen) {
  const RequestKind& kind = profile.kind;
  std::string out = paint(screen, Color::kBold, name_text(kind.root)) + "  " +
                    format_plural(kind.requests, "request") + "  P50 " +
                    time_text(static_cast<double>(kind.p50_ns)) + "  P99 " +
                    time_text(static_cast<double>(kind.p99_ns)) + "  longest " +
                    time_text(static_cast<double>(profile.longest_ns)) + "\n";
  out += paragraph(screen, Color::kYellow, cause.sentence);
  out += paragraph(screen, Color::kDim,
                   "fast: " + format_plural(profile.fast, "request") + " around the P50, " +
                       time_text(profile.duration.fast) +
                       " on average; slow: " + format_plural(profile.slow, "request") +
                       " from the P99 on, " + time_text(profile.duration.slow)) +
         "\n";
  out += render_sections(profile, screen) + "\n" + render_callsites(profile, screen) + "\n" +
         render_what_ifs(profile, screen);
  if (!profile.other_kinds.empty()) {
    std::string others = "Other requests (--root):";
    const std::size_t shown = std::min<std::size_t>(profile.other_kinds.size(), 5);
    for (std::size_t i = 0; i < shown; ++i)
      others += (i == 0 ? " " : ", ") + name_text(profile.other_kinds[i].root) + " (" +
                format_count(profile.other_kinds[i].requests) + ")";
    others += profile.other_kinds.size() > shown ? ", …" : "";
    for (const std::string& line : wrap(others, screen.columns)) out += line + "\n";
  }
  return out;
}

std::string render_comparison(const Comparison& comparison, const Screen& screen) {
  const auto quantile = [](std::int64_t ns) { return time_text(static_cast<double>(ns)); };
  std::string out = paint(screen, Color::kBold, name_text(comparison.before.root)) + "  P50 " +
                    quantile(comparison.before.p50_ns) + " → " + quantile(comparison.after.p50_ns) +
                    "  P99 " + quantile(comparison.before.p99_ns) + " → " +
                    quantile(comparison.after.p99_ns) + "  (" +
                    format_count(comparison.before.requests) + " and " +
                    format_plural(comparison.after.requests, "request") + ")\n\n";
  out += heading(screen, "By callsite, a request", {"before", "after", "change"}, "") +
         change_rows(comparison.callsites, screen) + "\n";
  return out + heading(screen, "By path, a request", {"before", "after", "change"}, "") +
         change_rows(comparison.paths, screen);
}

}  // namespace nanospan::tools::analysis
