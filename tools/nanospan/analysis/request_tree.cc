#include "analysis/request_tree.h"

#include <algorithm>
#include <tuple>

namespace nanospan::tools::analysis {
namespace {

// Differences of two of these, and of such a difference and a third, fit in 64 bits.
constexpr std::int64_t kLatest = TraceSet::kTimeMax;
constexpr std::int64_t kEarliest = -(kLatest / 4);
constexpr std::uint64_t kSpansMin = std::uint64_t{1} << 16;  // that always have room

std::int64_t shifted(std::int64_t time_ns, std::int64_t by_ns) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(time_ns, by_ns, &sum)) sum = by_ns > 0 ? kLatest : kEarliest;
  return std::clamp(sum, kEarliest, kLatest);
}

bool is_call(const SpanRow& client, const SpanRow& server) {
  return client.kind == SpanKind::kClient && server.kind == SpanKind::kServer;
}

}  // namespace

bool RequestTree::has_room(const TraceTrees& trees, std::uint32_t root_place) {
  const TraceSet& set = trees.set();
  const std::uint64_t used = set.memory_bytes();
  const std::uint64_t left =
      used < set.memory_bytes_max() ? set.memory_bytes_max() - used : std::uint64_t{0};
  const auto [first, last] = trees.places(static_cast<std::uint32_t>(trees.span(root_place).trace));
  return last - first <= std::max(kSpansMin, left / kNodeBytes);
}

void RequestTree::build(std::uint32_t root_place) {
  const SpanRow& root = trees_.span(root_place);
  list_children(static_cast<std::uint32_t>(root.trace));
  nodes_.clear();
  by_end_.clear();
  moved_ns_.clear();
  const std::int64_t start_ns = shifted(root.start_ns, -skew_.offset_ns(root));
  nodes_.push_back(
      {start_ns, start_ns + duration_of(root), start_ns, start_ns, root_place, kNone, 0, 0, 0});
  by_end_.push_back(0);
  moved_ns_.push_back(0);
  for (std::uint32_t parent = 0; parent < nodes_.size(); ++parent) add_children(parent);
}

void RequestTree::list_children(std::uint32_t trace) {
  if (listed_trace_ == trace) return;
  listed_trace_ = trace;
  const auto [first, last] = trees_.places(trace);
  first_.assign(last - first, kNone);
  next_.assign(last - first, kNone);
  for (std::uint32_t place = first; place < last; ++place) {
    const std::uint32_t parent = trees_.parent(place);
    if (parent == kNone) continue;
    next_[place - first] = first_[parent - first];
    first_[parent - first] = place;
  }
}

void RequestTree::add_children(std::uint32_t parent) {
  const std::uint32_t base = trees_.places(listed_trace_).first;
  sorting_.clear();
  for (std::uint32_t place = first_[nodes_[parent].place - base]; place != kNone;
       place = next_[place - base]) {
    const SpanRow& span = trees_.span(place);
    std::int64_t moved_ns = moved_ns_[parent];
    const std::int64_t start_ns = shifted(shifted(span.start_ns, -skew_.offset_ns(span)), moved_ns);
    Times times{start_ns, shifted(start_ns, duration_of(span))};
    if (!put_inside(parent, place, times, moved_ns)) continue;
    const TreeNode node{times.start_ns, times.end_ns, 0, 0, place, parent, 0, 0, 0};
    sorting_.emplace_back(node, moved_ns);
  }
  order_children(parent);
  find_releases(parent);
  cut_overlaps(parent);
}

// False: it is left out.
bool RequestTree::put_inside(std::uint32_t parent, std::uint32_t place, Times& times,
                             std::int64_t& moved_ns) {
  const TreeNode& outer = nodes_[parent];
  const auto is_inside = [&] {
    return times.start_ns >= outer.start_ns && times.end_ns <= outer.end_ns;
  };
  if (is_inside()) return true;
  const SpanRow& span = trees_.span(place);
  const SpanRow& above = trees_.span(outer.place);
  if (is_call(above, span) && !skew_.share_clock(above, span)) {
    move_into_client(outer, times, moved_ns);
    if (is_inside()) return true;
  }
  if (times.start_ns >= outer.end_ns || times.end_ns <= outer.start_ns) {
    ++oddities_.outside;
    return false;
  }
  if (above.kind == SpanKind::kProducer && span.kind == SpanKind::kConsumer &&
      times.end_ns > outer.end_ns) {
    ++oddities_.detached;
    return false;
  }
  ++oddities_.cut;
  times.start_ns = std::max(times.start_ns, outer.start_ns);
  times.end_ns = std::min(times.end_ns, outer.end_ns);
  return true;
}

void RequestTree::move_into_client(const TreeNode& client, Times& server, std::int64_t& moved_ns) {
  const std::int64_t room_ns = client.duration_ns() - (server.end_ns - server.start_ns);
  if (room_ns < 0) return;
  std::int64_t start_ns = std::clamp(server.start_ns, client.start_ns, client.start_ns + room_ns);
  if (server.start_ns >= client.end_ns || server.end_ns <= client.start_ns)
    start_ns = client.start_ns + room_ns / 2;
  const std::int64_t by_ns = start_ns - server.start_ns;
  ++oddities_.moved;
  oddities_.moved_ns_max = std::max(oddities_.moved_ns_max, by_ns < 0 ? -by_ns : by_ns);
  moved_ns = shifted(moved_ns, by_ns);
  server.end_ns += by_ns;
  server.start_ns = start_ns;
}

void RequestTree::order_children(std::uint32_t parent) {
  const auto first = size();
  nodes_[parent].first_child = first;
  nodes_[parent].child_count = static_cast<std::uint32_t>(sorting_.size());
  const auto key = [this](const TreeNode& node) {
    return std::make_tuple(node.start_ns, node.end_ns, trees_.span(node.place).span_id);
  };
  std::sort(sorting_.begin(), sorting_.end(),
            [&](const auto& a, const auto& b) { return key(a.first) < key(b.first); });
  for (const auto& [node, moved_ns] : sorting_) {
    by_end_.push_back(size());
    nodes_.push_back(node);
    moved_ns_.push_back(moved_ns);
  }
  std::sort(by_end_.begin() + first, by_end_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return nodes_[a].end_ns != nodes_[b].end_ns ? nodes_[a].end_ns < nodes_[b].end_ns : a < b;
  });
}

void RequestTree::find_releases(std::uint32_t parent) {
  const TreeNode outer = nodes_[parent];
  const auto ends = by_end(parent);
  std::uint32_t over = 0;
  std::uint32_t running = outer.first_child;  // the first of the siblings that are not over
  for (std::uint32_t at = outer.first_child; at < outer.first_child + outer.child_count; ++at) {
    TreeNode& child = nodes_[at];
    // Of those that begin and end at one instant, each waits for those before it in the order.
    while (over < ends.size() && (nodes_[ends[over]].end_ns < child.start_ns ||
                                  (nodes_[ends[over]].end_ns == child.start_ns && ends[over] < at)))
      ++over;
    while (running < at && nodes_[running].end_ns <= child.start_ns) ++running;
    child.over_before = over;
    child.released_ns = over == 0 ? outer.start_ns : nodes_[ends[over - 1]].end_ns;
    child.beside_ns =
        running < at ? std::max(child.released_ns, nodes_[running].start_ns) : child.start_ns;
  }
}

void RequestTree::cut_overlaps(std::uint32_t parent) {
  const std::uint64_t before = oddities_.overlaps;
  for (std::uint32_t at = last_of_chain(parent); at != kNone; at = before_in_chain(at)) {
    if (cut_overlap(parent, at)) ++oddities_.overlaps;
  }
  // Others may have waited for one that is over a little earlier now.
  if (oddities_.overlaps != before) find_releases(parent);
}

// If a sibling reaches a little into `later`, it ends where that one starts.
bool RequestTree::cut_overlap(std::uint32_t parent, std::uint32_t later) {
  const auto ends = by_end(parent);
  TreeNode& after = nodes_[later];
  const std::uint32_t over = after.over_before;
  if (over >= ends.size() || ends[over] == later) return false;
  TreeNode& before = nodes_[ends[over]];
  const std::int64_t overlap_ns = before.end_ns - after.start_ns;
  if (before.end_ns >= after.end_ns || before.start_ns >= after.start_ns ||
      static_cast<double>(overlap_ns) >=
          kOverlapShare * static_cast<double>(nodes_[parent].duration_ns()))
    return false;
  // Nothing else may start or end between after.start_ns and before.end_ns.
  const std::uint32_t end = nodes_[parent].first_child + nodes_[parent].child_count;
  const bool other_start =
      (later + 1 < end && nodes_[later + 1].start_ns <= before.end_ns) ||
      (later > nodes_[parent].first_child && nodes_[later - 1].start_ns >= after.start_ns);
  const bool other_end =
      (over + 1 < ends.size() && nodes_[ends[over + 1]].end_ns <= before.end_ns) ||
      (over > 0 && nodes_[ends[over - 1]].end_ns >= after.start_ns);
  if (other_start || other_end) return false;
  before.end_ns = after.start_ns;
  ++after.over_before;
  return true;
}

}  // namespace nanospan::tools::analysis
