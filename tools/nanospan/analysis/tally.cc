#include "analysis/tally.h"

#include <algorithm>

namespace nanospan::tools::analysis {
namespace {

std::uint64_t hash_of(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  return mix_bits(a ^ mix_bits(b << 32 | c));
}
std::uint64_t hash_of(const SectionSums& row) {
  return hash_of(static_cast<std::uint64_t>(row.callsite), static_cast<std::uint64_t>(row.far),
                 static_cast<std::uint64_t>(row.kind));
}
std::uint64_t hash_of(const PathSums& row) {
  return hash_of(row.parent, static_cast<std::uint64_t>(row.callsite), 0);
}

}  // namespace

void Tally::add(const RequestTree& tree, RequestClass of) {
  path_.find(tree);
  retiming_.begin(tree);
  add_nodes(tree, of);
  add_sections(tree, of);
  add_drags(tree, of);
}

void Tally::add_nodes(const RequestTree& tree, RequestClass of) {
  const std::vector<std::int64_t>& slacks_ns = retiming_.slacks_ns();
  for (std::uint32_t node = 0; node < tree.size(); ++node) {
    CallsiteSums& sums = callsites_[static_cast<std::size_t>(tree.span(node).callsite)];
    sums.slack_min = sums.calls == 0 ? slacks_ns[node] : std::min(sums.slack_min, slacks_ns[node]);
    sums.slack += static_cast<double>(slacks_ns[node]);
    ++sums.calls;
  }
  path_of_node_.assign(tree.size(), 0);
  for (const std::uint32_t node : path_.nodes()) {
    const std::uint32_t above = node == 0 ? 0 : path_of_node_[tree[node].parent];
    path_of_node_[node] = path_below(above, tree.span(node).callsite);
    ++paths_[path_of_node_[node]].calls;
    CallsiteSums& sums = callsites_[static_cast<std::size_t>(tree.span(node).callsite)];
    ++sums.on_path;
    // Less its own sections, as they come.
    sums.below.add(static_cast<double>(tree[node].duration_ns()), of);
  }
}

void Tally::add_sections(const RequestTree& tree, RequestClass of) {
  own_.clear();
  for (const Section& part : path_.sections()) {
    const CallsiteId callsite = tree.span(part.node).callsite;
    const std::uint32_t owner = owner_of(part, tree);
    const CallsiteId of_owner = tree.span(owner).callsite;
    const auto time_ns = static_cast<double>(part.duration_ns());
    SectionSums& sections = section(callsite, of_owner, part.kind);
    sections.time.add(time_ns, of);
    sections.is_one_host &= ClockSkew::share_host(tree.span(part.node), tree.span(owner));
    const bool is_retry =
        part.kind == SectionKind::kFailedAttempt || part.kind == SectionKind::kBackoff;
    const std::uint32_t path =
        is_retry ? path_below(path_of_node_[tree[owner].parent], of_owner) : path_of_node_[owner];
    paths_[path].own.add(time_ns, of);
    CallsiteSums& sums = callsites_[static_cast<std::size_t>(of_owner)];
    sums.own.add(time_ns, of);
    // The path does not go into an attempt that failed.
    if (!is_retry) sums.below.add(-time_ns, of);
    own_.push_back({of_owner, part.duration_ns()});
  }
}

void Tally::add_drags(const RequestTree& tree, RequestClass of) {
  std::sort(own_.begin(), own_.end(),
            [](const OwnTime& a, const OwnTime& b) { return a.callsite < b.callsite; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < own_.size(); ++i) {
    if (kept != 0 && own_[kept - 1].callsite == own_[i].callsite)
      own_[kept - 1].own_ns += own_[i].own_ns;
    else
      own_[kept++] = own_[i];
  }
  own_.resize(kept);
  if (kept > kDragsMax) {
    std::nth_element(own_.begin(), own_.begin() + kDragsMax, own_.end(),
                     [](const OwnTime& a, const OwnTime& b) { return a.own_ns > b.own_ns; });
    drags_left_out_ += kept - kDragsMax;
    own_.resize(kDragsMax);
  }
  for (const OwnTime& one : own_) {
    const std::int64_t saved_ns =
        tree[0].duration_ns() - retiming_.duration_without_ns(one.callsite);
    callsites_[static_cast<std::size_t>(one.callsite)].drag.add(static_cast<double>(saved_ns), of);
  }
}

SectionSums& Tally::section(CallsiteId callsite, CallsiteId far, SectionKind kind) {
  const SectionSums wanted{callsite, far, kind, {}, true};
  auto at = section_index_.find(hash_of(wanted), [&](std::uint32_t row) {
    return sections_[row].callsite == callsite && sections_[row].far == far &&
           sections_[row].kind == kind;
  });
  if (at == SlotTable::kNone) {
    at = static_cast<std::uint32_t>(sections_.size());
    sections_.push_back(wanted);
    section_index_.insert(at, [this](std::uint32_t row) { return hash_of(sections_[row]); });
  }
  return sections_[at];
}

std::uint32_t Tally::path_below(std::uint32_t parent, CallsiteId callsite) {
  const PathSums wanted{parent, callsite, 0, {}};
  const auto found = path_index_.find(hash_of(wanted), [&](std::uint32_t row) {
    return paths_[row].parent == parent && paths_[row].callsite == callsite;
  });
  if (found != SlotTable::kNone) return found;
  if (paths_.size() >= kPathsMax) return 0;
  const auto row = static_cast<std::uint32_t>(paths_.size());
  paths_.push_back(wanted);
  path_index_.insert(row, [this](std::uint32_t at) { return hash_of(paths_[at]); });
  return row;
}

}  // namespace nanospan::tools::analysis
