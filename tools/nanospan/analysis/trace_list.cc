#include "analysis/trace_list.h"

#include <algorithm>
#include <array>

#include "terminal/text.h"

namespace nanospan::tools::analysis {
namespace {

// A root comes before a span whose parent is not here, however long that is.
bool stands_for_more(const SpanRow& a, const SpanRow& b) {
  const bool is_root = a.parent_id == 0;
  if (is_root != (b.parent_id == 0)) return is_root;
  return duration_of(a) > duration_of(b);
}

std::uint32_t services_of(const TraceTrees& trees, std::uint32_t first, std::uint32_t last) {
  std::vector<StringId> services;
  for (std::uint32_t place = first; place < last; ++place)
    services.push_back(trees.set().service_of(trees.span(place)));
  std::sort(services.begin(), services.end());
  services.erase(std::unique(services.begin(), services.end()), services.end());
  return static_cast<std::uint32_t>(services.size());
}

}  // namespace

TraceList::TraceList(const TraceTrees& trees) : trees_(trees) {
  for (std::uint32_t trace = 0; trace < trees_.set().trace_count(); ++trace) {
    const auto [first, last] = trees_.places(trace);
    std::uint32_t root = TraceTrees::kNone;
    for (std::uint32_t place = first; place < last; ++place) {
      if (trees_.parent(place) != TraceTrees::kNone) continue;
      if (root == TraceTrees::kNone || stands_for_more(trees_.span(place), trees_.span(root)))
        root = place;
    }
    // The set may have been full before it took a span of the trace.
    if (root != TraceTrees::kNone) roots_.push_back(root);
  }
  std::sort(roots_.begin(), roots_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const std::int64_t a_ns = duration_of(trees_.span(a));
    const std::int64_t b_ns = duration_of(trees_.span(b));
    return a_ns != b_ns ? a_ns > b_ns : a < b;
  });
}

TraceKey TraceList::key(std::size_t rank) const {
  return trees_.set().trace_key(root_row(rank).trace);
}

TraceSummary TraceList::summary(std::size_t rank) const {
  TraceSummary summary;
  summary.duration_ns = duration_of(root_row(rank));
  const auto trace = static_cast<std::uint32_t>(root_row(rank).trace);
  const auto [first, last] = trees_.places(trace);
  summary.spans = last - first;
  summary.duplicates = trees_.duplicates(trace);
  for (std::uint32_t place = first; place < last; ++place) {
    summary.errors += has_failed(trees_.span(place)) ? 1u : 0u;
    summary.unfinished += is_unfinished(trees_.span(place)) ? 1u : 0u;
  }
  summary.services = services_of(trees_, first, last);
  return summary;
}

TraceList::Match TraceList::find(std::string_view prefix) const {
  Match match;
  for (std::size_t rank = 0; rank < roots_.size(); ++rank) {
    if (!hex_of(key(rank)).starts_with(prefix)) continue;
    if (match.traces++ == 0) match.rank = rank;
  }
  return match;
}

std::string hex_of(std::uint64_t span_id) {
  std::array<char, 8> bytes{};
  for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>(span_id >> (56 - 8 * i) & 0xff);
  return tools::hex_of({bytes.data(), bytes.size()});
}

std::string hex_of(const TraceKey& key) {
  return hex_of(key.high) + hex_of(key.low);
}

}  // namespace nanospan::tools::analysis
