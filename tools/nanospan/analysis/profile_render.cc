#include "analysis/profile_render.h"

#include <algorithm>
#include <cmath>

#include "text.h"

namespace nanospan::tools::analysis {
namespace {

constexpr std::size_t kTimeColumns = 11;
constexpr std::size_t kNumbersColumns = 5 * kTimeColumns;

std::string time_text(double ns) {
  const std::string text = format_duration(static_cast<std::uint64_t>(std::llround(std::abs(ns))));
  return ns <= -0.5 ? "-" + text : text;
}
std::string time_cell(double ns) {
  return pad_left(time_text(ns), kTimeColumns);
}
std::string signed_cell(double ns) {
  return pad_left((ns >= 0.5 ? "+" : "") + time_text(ns), kTimeColumns);
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

// What a table's first column may take.
std::size_t first_column(const Screen& screen) {
  return screen.columns > kNumbersColumns + 30 ? screen.columns - kNumbersColumns : 30;
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

std::string heading(const Screen& screen, const std::string& first,
                    std::initializer_list<const char*> columns) {
  std::string line = pad_right(fit(first, first_column(screen)), first_column(screen));
  for (const char* const column : columns) line += pad_left(column, kTimeColumns);
  return paint(screen, Color::kBold, line) + "\n";
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
      heading(screen, "Where the slow lose it, a request", {"fast", "slow", "slower"});
  const double slower = profile.duration.slower();
  std::size_t shown = 0;
  for (const SectionRow& row : profile.sections) {
    if (shown == kRows || row.time.slower() <= 0) break;
    ++shown;
    const long share = slower <= 0 ? 0 : std::lround(100 * row.time.slower() / slower);
    out += fit_end(section_text(row), first_column(screen)) + time_cell(row.time.fast) +
           time_cell(row.time.slow) + signed_cell(row.time.slower()) +
           pad_left(std::to_string(share) + " %", 7) + "\n";
  }
  if (shown == 0) out += "  nothing takes longer in them\n";
  return out + left_out(profile.sections.size(), shown);
}

std::string render_callsites(const Profile& profile, const Screen& screen) {
  std::string out = heading(screen, "On the path, a request",
                            {"itself", "below it", "drag", "drag, slow", "slack"});
  const std::size_t shown = std::min(kRows, profile.callsites.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const CallsiteRow& row = profile.callsites[i];
    out += fit_end(name_text(row.span), first_column(screen)) + time_cell(row.own.all) +
           time_cell(row.below.all) + time_cell(row.drag.all) + time_cell(row.drag.slow) +
           time_cell(row.slack_mean_ns) + "\n";
  }
  return out + left_out(profile.callsites.size(), shown);
}

std::string render_what_ifs(const Profile& profile, const Screen& screen) {
  if (profile.what_ifs.empty()) return {};
  std::string out = heading(screen, "What if", {"P50", "", "P99", ""});
  for (const WhatIfRow& row : profile.what_ifs) {
    const auto p50 = static_cast<double>(row.p50_ns);
    const auto p99 = static_cast<double>(row.p99_ns);
    out += fit_end(printable(row.text), first_column(screen)) + time_cell(p50) +
           signed_cell(p50 - static_cast<double>(profile.kind.p50_ns)) + time_cell(p99) +
           signed_cell(p99 - static_cast<double>(profile.kind.p99_ns)) + "\n";
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
    out += fit_end(name, first_column(screen)) + time_cell(row.before_ns) +
           time_cell(row.after_ns) + signed_cell(row.change_ns()) + note + "\n";
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
  out += paint(screen, Color::kYellow, cause.sentence) + "\n";
  out += paint(screen, Color::kDim,
               "fast: " + format_plural(profile.fast, "request") + " around the P50, " +
                   time_text(profile.duration.fast) +
                   " on average; slow: " + format_plural(profile.slow, "request") +
                   " from the P99 on, " + time_text(profile.duration.slow)) +
         "\n\n";
  out += render_sections(profile, screen) + "\n" + render_callsites(profile, screen) + "\n" +
         render_what_ifs(profile, screen);
  if (!profile.other_kinds.empty()) {
    out += "Other requests (--root):";
    const std::size_t shown = std::min<std::size_t>(profile.other_kinds.size(), 5);
    for (std::size_t i = 0; i < shown; ++i)
      out += (i == 0 ? " " : ", ") + name_text(profile.other_kinds[i].root) + " (" +
             format_count(profile.other_kinds[i].requests) + ")";
    out += profile.other_kinds.size() > shown ? ", …\n" : "\n";
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
  out += heading(screen, "By callsite, a request", {"before", "after", "change"}) +
         change_rows(comparison.callsites, screen) + "\n";
  return out + heading(screen, "By path, a request", {"before", "after", "change"}) +
         change_rows(comparison.paths, screen);
}

}  // namespace nanospan::tools::analysis
