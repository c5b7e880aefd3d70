#include "view/waterfall_rows.h"

#include "terminal/text.h"

namespace nanospan::tools {
namespace {

using analysis::SpanRow;

const char* branch(bool is_last) {
  return is_last ? "└── " : "├── ";
}

}  // namespace

bool WaterfallRows::for_each(const Take& take) {
  levels_.clear();
  folded_calls_ = 0;
  const bool has_orphans = trace_.first_orphan() != kNone;
  push(trace_.first_root(), kNone, {}, !has_orphans);
  if (!walk(take)) return false;
  if (!has_orphans) return true;
  if (!take({"└── ", kNone, false, "(parent not here)"})) return false;
  push(trace_.first_orphan(), kNone, "    ", true);
  return walk(take);
}

void WaterfallRows::push(std::uint32_t first, std::uint32_t above, std::string indent,
                         bool closes) {
  std::size_t children = 0;
  for (std::uint32_t at = first; at != kNone; at = trace_[at].next) ++children;
  const std::size_t depth = levels_.empty() ? indent.size() / 4 : levels_.back().depth + 1;
  // A row that says "1 more" takes as much room as that one.
  const bool is_cut = !all_ && children > kChildrenMax + 1;
  levels_.push_back({first, above, std::move(indent), depth, closes, is_cut, 0});
}

bool WaterfallRows::walk(const Take& take) {
  while (!levels_.empty()) {
    const Level& level = levels_.back();
    if (level.next == kNone) {
      levels_.pop_back();
      continue;
    }
    const bool is_full = level.is_cut && level.shown >= kChildrenMax;
    if (!(is_full && !trace_[level.next].leads_to_hot ? skip_some(take) : show_next(take)))
      return false;
  }
  return true;
}

bool WaterfallRows::show_next(const Take& take) {
  Level& level = levels_.back();
  ++level.shown;
  const std::uint32_t next = level.next;
  const std::uint32_t server = server_instead_of(next, level.above);
  if (server != kNone) ++folded_calls_;
  const std::uint32_t span = server != kNone ? server : next;
  level.next = trace_[next].next;
  const bool is_last = level.closes && level.next == kNone;
  std::string indent = level.indent + (is_last ? "    " : "│   ");
  if (!take({level.indent + branch(is_last), span, is_other_service(span, level.above)}))
    return false;
  return trace_[span].first_child == kNone || descend(span, std::move(indent), take);
}

bool WaterfallRows::skip_some(const Take& take) {
  Level& level = levels_.back();
  std::uint64_t spans = 0, errors = 0;
  for (; level.next != kNone && !trace_[level.next].leads_to_hot;
       level.next = trace_[level.next].next) {
    ++spans;
    errors += has_failed(trace_.row(level.next)) ? 1u : 0u;
  }
  std::string remark = "… " + format_count(spans) + " more";
  if (errors != 0) remark += ", " + format_plural(errors, "error");
  return take({level.indent + branch(level.closes && level.next == kNone), kNone, false,
               std::move(remark)});
}

bool WaterfallRows::descend(std::uint32_t span, std::string indent, const Take& take) {
  // Deeper, the lines would be as long as the tree is deep.
  constexpr std::size_t kIndentedMax = 100;
  const std::size_t depth = levels_.back().depth + 1;
  if (!all_ && depth >= kLevelsMax) {
    std::string remark = "… " + format_count(count_below(span)) + " more below";
    for (std::uint32_t at = trace_[span].first_child; at != kNone; at = trace_[at].next)
      if (trace_[at].leads_to_hot) remark += ", hot among them";
    return take({indent + branch(true), kNone, false, std::move(remark)});
  }
  if (depth > kIndentedMax) indent = levels_.back().indent;
  push(trace_[span].first_child, span, std::move(indent), true);
  return true;
}

// kNone: the client has a row of its own.
std::uint32_t WaterfallRows::server_instead_of(std::uint32_t client, std::uint32_t above) const {
  const std::uint32_t server = trace_[client].first_child;
  if (all_ || above == kNone || server == kNone || trace_[server].next != kNone) return kNone;
  const SpanRow& here = trace_.row(client);
  const SpanRow& there = trace_.row(server);
  if (here.kind != SpanKind::kClient || there.kind != SpanKind::kServer) return kNone;
  if (is_other_service(client, above) || trace_[client].is_hot || is_unfinished(here) ||
      (has_failed(here) && !has_failed(there)))
    return kNone;
  const bool is_inside = trace_[server].start_ns >= trace_[client].start_ns &&
                         trace_.end_ns(server) <= trace_.end_ns(client);
  const auto gaps_ns = static_cast<double>(trace_.duration_ns(client) - trace_.duration_ns(server));
  const auto whole_ns = static_cast<double>(trace_.end_ns() - trace_.start_ns());
  return is_inside && gaps_ns <= kGapsMax * whole_ns ? server : kNone;
}

bool WaterfallRows::is_other_service(std::uint32_t span, std::uint32_t above) const {
  const analysis::TraceSet& set = trace_.set();
  return above == kNone || set.service_of(trace_.row(span)) != set.service_of(trace_.row(above));
}

std::uint64_t WaterfallRows::count_below(std::uint32_t span) const {
  std::uint64_t count = 0;
  const std::uint32_t end = trace_.behind(span);
  for (std::uint32_t at = trace_.following(span); at != end; at = trace_.following(at)) ++count;
  return count;
}

}  // namespace nanospan::tools
