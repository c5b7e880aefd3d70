#include "analysis/retiming.h"

#include <algorithm>
#include <cmath>

namespace nanospan::tools::analysis {
namespace {

std::int64_t scaled(std::int64_t ns, double factor) {
  if (factor == 1) return ns;
  const double product = std::min(static_cast<double>(ns) * factor, 4e18);
  return std::llround(product);
}

}  // namespace

void Retiming::begin(const RequestTree& tree) {
  tree_ = &tree;
  durations_ns_.resize(tree.size());
  ends_ns_.resize(tree.size());
  is_changed_.resize(tree.size());
}

std::int64_t Retiming::duration_ns(const std::vector<double>& factors) {
  return retime([&](CallsiteId callsite) {
    const auto at = static_cast<std::size_t>(callsite);
    return at < factors.size() ? factors[at] : 1.0;
  });
}

std::int64_t Retiming::duration_without_ns(CallsiteId callsite) {
  return retime([=](CallsiteId other) { return other == callsite ? 0.0 : 1.0; });
}

// Children stand behind their parents: from the back, each is done before its parent is.
template <typename FactorOf>
std::int64_t Retiming::retime(FactorOf&& factor_of) {
  const RequestTree& tree = *tree_;
  std::fill(is_changed_.begin(), is_changed_.end(), false);
  for (std::uint32_t node = tree.size(); node-- > 0;) {
    const double factor = factor_of(tree.span(node).callsite);
    if (factor != 1) is_changed_[node] = true;
    durations_ns_[node] = is_changed_[node] ? retimed(node, factor) : tree[node].duration_ns();
    if (is_changed_[node] && node != 0) is_changed_[tree[node].parent] = true;
  }
  return durations_ns_[0];
}

std::int64_t Retiming::retimed(std::uint32_t node, double factor) {
  const RequestTree& tree = *tree_;
  const TreeNode& here = tree[node];
  const auto ends = tree.by_end(node);
  std::uint32_t over = 0;
  std::int64_t over_ns = 0;  // when all that were over before are
  for (std::uint32_t at = here.first_child; at < here.first_child + here.child_count; ++at) {
    const TreeNode& child = tree[at];
    for (; over < child.over_before; ++over) over_ns = std::max(over_ns, ends_ns_[ends[over]]);
    ends_ns_[at] = over_ns + scaled(child.beside_ns - child.released_ns, factor) +
                   (child.start_ns - child.beside_ns) + durations_ns_[at];
  }
  for (; over < here.child_count; ++over) over_ns = std::max(over_ns, ends_ns_[ends[over]]);
  const std::int64_t last_ns = here.child_count == 0 ? here.start_ns : tree[ends.back()].end_ns;
  return over_ns + scaled(here.end_ns - last_ns, factor);
}

const std::vector<std::int64_t>& Retiming::slacks_ns() {
  const RequestTree& tree = *tree_;
  slacks_ns_.assign(tree.size(), 0);
  for (std::uint32_t node = 0; node < tree.size(); ++node) {
    const TreeNode& here = tree[node];
    if (here.child_count == 0) continue;
    const std::uint32_t first = here.first_child;
    const std::int64_t last_ns = tree[tree.by_end(node).back()].end_ns + slacks_ns_[node];
    // bounds_ns_[i]: by when all that is over before child i, or a later one, has to be.
    bounds_ns_.assign(here.child_count + 1, last_ns);
    for (std::uint32_t i = here.child_count; i-- > 0;) {
      const TreeNode& child = tree[first + i];
      const auto begins_after = [&](std::uint32_t other) {
        const TreeNode& sibling = tree[first + other];
        return sibling.start_ns > child.end_ns || (sibling.start_ns == child.end_ns && other > i);
      };
      std::uint32_t low = i + 1;
      for (std::uint32_t high = here.child_count; low < high;) {
        const std::uint32_t middle = low + (high - low) / 2;
        begins_after(middle) ? high = middle : low = middle + 1;
      }
      slacks_ns_[first + i] = bounds_ns_[low] - child.end_ns;
      const std::int64_t own_ns =
          child.over_before == 0 ? last_ns : child.released_ns + slacks_ns_[first + i];
      bounds_ns_[i] = std::min(bounds_ns_[i + 1], own_ns);
    }
  }
  return slacks_ns_;
}

}  // namespace nanospan::tools::analysis
