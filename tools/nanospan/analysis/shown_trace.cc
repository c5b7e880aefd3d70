#include "analysis/shown_trace.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace nanospan::tools::analysis {
namespace {

// A start and a length of at most kTimeMax after it fit in 64 bits, and so do shifts of this much.
constexpr std::int64_t kStartMax = TraceSet::kTimeMax - 1;
constexpr std::int64_t kMoveMax = TraceSet::kTimeMax / 4;

}  // namespace

ShownTrace::ShownTrace(const TraceTrees& trees, const ClockSkew& skew, std::uint32_t root)
    : trees_(trees),
      first_place_(trees.places(static_cast<std::uint32_t>(trees.span(root).trace)).first) {
  const auto [first, last] = trees.places(static_cast<std::uint32_t>(trees.span(root).trace));
  spans_.resize(last - first);
  if (RequestTree::has_room(trees, root)) follow_path(skew, root);
  shift_clocks(skew);
  name_clocks(skew);
  connect();
}

std::uint32_t ShownTrace::parent(std::uint32_t index) const {
  const std::uint32_t place = trees_.parent(first_place_ + index);
  return place == TraceTrees::kNone ? kNone : place - first_place_;
}

std::uint32_t ShownTrace::behind(std::uint32_t index) const {
  while (index != kNone && spans_[index].next == kNone) index = parent(index);
  return index == kNone ? kNone : spans_[index].next;
}

void ShownTrace::follow_path(const ClockSkew& skew, std::uint32_t root) {
  RequestTree tree(trees_, skew);
  std::vector<bool> is_placed(size(), false);
  for (std::uint32_t index = 0; index < size(); ++index) {
    if (parent(index) != kNone) continue;
    tree.build(first_place_ + index);
    move_into_calls(tree, is_placed);
    if (first_place_ + index != root || tree[0].duration_ns() > TraceTrees::kRequestMaxNs) continue;
    CriticalPath path;
    path.find(tree);
    sum_up(tree, path);
    mark_hot(tree);
  }
  move_with_parents(is_placed);
}

void ShownTrace::move_into_calls(const RequestTree& tree, std::vector<bool>& is_placed) {
  for (std::uint32_t node = 0; node < tree.size(); ++node) {
    const std::uint32_t index = tree[node].place - first_place_;
    spans_[index].shift_ns = std::clamp(tree.moved_ns(node), -kMoveMax, kMoveMax);
    is_placed[index] = true;
  }
}

// Those that the tree leaves out, as they are outside of their parents.
void ShownTrace::move_with_parents(std::vector<bool>& is_placed) {
  std::vector<std::uint32_t> climbed;
  for (std::uint32_t index = 0; index < size(); ++index) {
    std::uint32_t at = index;
    for (; !is_placed[at]; at = parent(at)) climbed.push_back(at);
    for (const std::uint32_t below : climbed) {
      spans_[below].shift_ns = spans_[at].shift_ns;
      is_placed[below] = true;
    }
    climbed.clear();
  }
}

void ShownTrace::sum_up(const RequestTree& tree, const CriticalPath& path) {
  struct Part {
    CallsiteId callsite;
    SectionKind kind;
    std::int64_t time_ns;
  };
  std::vector<Part> parts;
  for (const Section& section : path.sections()) {
    const std::uint32_t owner = owner_of(section, tree);
    spans_[tree[owner].place - first_place_].own_ns += section.duration_ns();
    parts.push_back({tree.span(owner).callsite, section.kind, section.duration_ns()});
  }
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
    return std::tie(a.callsite, a.kind) < std::tie(b.callsite, b.kind);
  });
  for (auto at = parts.begin(); at != parts.end();) {
    HotCallsite sum{at->callsite, at->kind, 0, 0};
    std::array<std::int64_t, kSectionKinds> of_kind{};
    for (; at != parts.end() && at->callsite == sum.callsite; ++at) {
      sum.own_ns += at->time_ns;
      of_kind[static_cast<std::size_t>(at->kind)] += at->time_ns;
    }
    const auto most = std::max_element(of_kind.begin(), of_kind.end());
    sum.kind = static_cast<SectionKind>(most - of_kind.begin());
    if (!hot_ || sum.own_ns > hot_->own_ns) hot_ = sum;
  }
}

void ShownTrace::mark_hot(const RequestTree& tree) {
  if (!hot_) return;
  std::vector<std::uint32_t> hottest;
  for (std::uint32_t node = 0; node < tree.size(); ++node) {
    const std::uint32_t index = tree[node].place - first_place_;
    if (row(index).callsite == hot_->callsite && spans_[index].own_ns > 0) hottest.push_back(index);
  }
  hot_->spans = static_cast<std::uint32_t>(hottest.size());
  std::stable_sort(hottest.begin(), hottest.end(), [this](std::uint32_t a, std::uint32_t b) {
    return spans_[a].own_ns > spans_[b].own_ns;
  });
  const double least = kHotShare * static_cast<double>(spans_[hottest.front()].own_ns);
  if (hottest.size() > kHotMax) hottest.resize(kHotMax);
  for (std::uint32_t index : hottest) {
    if (static_cast<double>(spans_[index].own_ns) < least) continue;
    spans_[index].is_hot = true;
    for (; index != kNone && !spans_[index].leads_to_hot; index = parent(index))
      spans_[index].leads_to_hot = true;
  }
}

void ShownTrace::shift_clocks(const ClockSkew& skew) {
  for (std::uint32_t index = 0; index < size(); ++index) {
    ShownSpan& span = spans_[index];
    span.shift_ns -= skew.offset_ns(row(index));
    span.start_ns = std::clamp<std::int64_t>(row(index).start_ns + span.shift_ns, 0, kStartMax);
    shifted_ += span.shift_ns != 0 ? 1 : 0;
    start_ns_ = index == 0 ? span.start_ns : std::min(start_ns_, span.start_ns);
    end_ns_ = std::max(end_ns_, end_ns(index));
  }
}

void ShownTrace::name_clocks(const ClockSkew& skew) {
  std::vector<std::string_view> shifted;
  for (std::uint32_t index = 0; index < size() && shifted_ != 0; ++index) {
    const std::string_view clock = skew.clock_name(row(index));
    if (spans_[index].shift_ns == 0 || (!shifted.empty() && shifted.back() == clock)) continue;
    shifted.push_back(clock);
  }
  std::sort(shifted.begin(), shifted.end());
  for (const ClockPair& pair : skew.pairs()) {
    const auto is_of = [&](std::string_view clock) {
      return std::binary_search(shifted.begin(), shifted.end(), clock);
    };
    if (pair.taken_ns != 0 && (is_of(pair.a) || is_of(pair.b))) clocks_.push_back(pair);
  }
}

void ShownTrace::connect() {
  std::vector<std::uint32_t> last_first(size());
  for (std::uint32_t index = 0; index < size(); ++index) last_first[index] = index;
  const auto key = [this](std::uint32_t index) {
    return std::make_tuple(spans_[index].start_ns, -duration_ns(index), row(index).span_id);
  };
  std::sort(last_first.begin(), last_first.end(),
            [&](std::uint32_t a, std::uint32_t b) { return key(a) > key(b); });
  for (const std::uint32_t index : last_first) {
    const std::uint32_t above = parent(index);
    std::uint32_t& first = above != kNone              ? spans_[above].first_child
                           : row(index).parent_id == 0 ? first_root_
                                                       : first_orphan_;
    spans_[index].next = first;
    first = index;
  }
}

}  // namespace nanospan::tools::analysis
