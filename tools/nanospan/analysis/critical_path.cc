#include "analysis/critical_path.h"

#include <algorithm>
#include <stdexcept>

namespace nanospan::tools::analysis {

std::string_view section_name(SectionKind kind) {
  constexpr std::array<std::string_view, kSectionKinds> kNames = {
      "own",         "before_first", "after_last",     "waiting", "call",
      "request_gap", "response_gap", "failed_attempt", "backoff"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::uint32_t owner_of(const Section& section, const RequestTree& tree) {
  const bool is_gap =
      section.kind == SectionKind::kRequestGap || section.kind == SectionKind::kResponseGap;
  return is_gap ? tree[section.node].parent : section.node;
}

void CriticalPath::find(const RequestTree& tree) {
  tree_ = &tree;
  sections_.clear();
  nodes_.clear();
  steps_.clear();
  go_to(0);
  // Steps wait with the latest on top; a visit puts its own there.
  while (!steps_.empty()) {
    const Step step = steps_.back();
    steps_.pop_back();
    if (step.is_visit)
      visit(step.section.node);
    else
      sections_.push_back(step.section);
  }
  check();
}

void CriticalPath::go_to(std::uint32_t child) {
  steps_.push_back({{SectionKind::kOwn, child, 0, 0}, true});
}

void CriticalPath::add(SectionKind kind, std::uint32_t node, std::int64_t start_ns,
                       std::int64_t end_ns) {
  if (end_ns > start_ns) steps_.push_back({{kind, node, start_ns, end_ns}, false});
}

void CriticalPath::visit(std::uint32_t node) {
  nodes_.push_back(node);
  const RequestTree& tree = *tree_;
  chain_.clear();
  for (std::uint32_t at = tree.last_of_chain(node); at != RequestTree::kNone;
       at = tree.before_in_chain(at))
    chain_.push_back(at);
  std::reverse(chain_.begin(), chain_.end());
  if (chain_.empty()) {
    const SpanKind kind = tree.span(node).kind;
    const bool is_call = kind == SpanKind::kClient || kind == SpanKind::kProducer;
    return add(is_call ? SectionKind::kCall : SectionKind::kOwn, node, tree[node].start_ns,
               tree[node].end_ns);
  }
  add_chain(node);
  add_after(node);
}

void CriticalPath::add_chain(std::uint32_t node) {
  bool is_told = false;  // the time before the child, as an attempt's backoff
  for (std::size_t at = 0; at < chain_.size();) {
    if (!is_told) add_before(node, at);
    const std::size_t next = next_attempt(at);
    is_told = next != chain_.size();
    if (!is_told) {
      go_to(chain_[at++]);
      continue;
    }
    const TreeNode& failed = (*tree_)[chain_[at]];
    add(SectionKind::kFailedAttempt, chain_[at], failed.start_ns, failed.end_ns);
    add(SectionKind::kBackoff, chain_[at], failed.end_ns, (*tree_)[chain_[next]].start_ns);
    at = next;
  }
}

bool CriticalPath::is_far(std::uint32_t node, std::uint32_t child) const {
  const SpanKind here = tree_->span(node).kind;
  const SpanKind there = tree_->span(child).kind;
  return (here == SpanKind::kClient && there == SpanKind::kServer) ||
         (here == SpanKind::kProducer && there == SpanKind::kConsumer);
}

void CriticalPath::add_before(std::uint32_t node, std::size_t at) {
  const TreeNode& child = (*tree_)[chain_[at]];
  if (is_far(node, chain_[at]))
    return add(SectionKind::kRequestGap, chain_[at], child.released_ns, child.start_ns);
  if (at > 0 && is_far(node, chain_[at - 1]))
    return add(SectionKind::kResponseGap, chain_[at - 1], child.released_ns, child.start_ns);
  const SectionKind kind = at == 0 ? SectionKind::kBeforeFirst : SectionKind::kOwn;
  add(kind, node, child.released_ns, child.beside_ns);
  add(SectionKind::kWaiting, node, child.beside_ns, child.start_ns);
}

void CriticalPath::add_after(std::uint32_t node) {
  const std::uint32_t last = chain_.back();
  const std::int64_t from_ns = (*tree_)[last].end_ns;
  if (is_far(node, last))
    add(SectionKind::kResponseGap, last, from_ns, (*tree_)[node].end_ns);
  else
    add(SectionKind::kAfterLast, node, from_ns, (*tree_)[node].end_ns);
}

// chain_.size(): it is not made again.
std::size_t CriticalPath::next_attempt(std::size_t at) const {
  const SpanRow& attempt = tree_->span(chain_[at]);
  const std::size_t end = std::min(chain_.size(), at + 3);
  for (std::size_t next = at + 1; next < end; ++next) {
    const SpanRow& other = tree_->span(chain_[next]);
    if (other.callsite == attempt.callsite &&
        (attempt.status == StatusCode::kError || other.resend_count > attempt.resend_count))
      return next;
  }
  return chain_.size();
}

void CriticalPath::check() const {
  std::int64_t at_ns = (*tree_)[0].end_ns;
  for (const Section& section : sections_) {
    if (section.end_ns != at_ns || section.start_ns >= section.end_ns)
      throw std::logic_error("the sections of a critical path do not tile its root");
    at_ns = section.start_ns;
  }
  if (at_ns != (*tree_)[0].start_ns)
    throw std::logic_error("the sections of a critical path do not tile its root");
}

}  // namespace nanospan::tools::analysis
