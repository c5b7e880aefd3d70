// RequestTree: one request's spans, put right: in one clock, inside their parents, in order.
//
// Nodes stand in breadth-first order: a parent before its children, children side by side in the
// order of their starts. Times are what the path is found in:
// - shifted by the clocks' offsets; a server's span that still stands out of its client's, and
//   is from another clock, is moved into it with all below it (to the middle if they don't touch);
// - a span that starts before its parent, or ends after it, is cut there, and one that is wholly
//   outside is left out with all below it: CRISP's rules, as is what follows. A consumer that
//   outlives its producer is left out too: by definition nobody waits for it.
// - The chain of a span is its child that ends last, the child that ended last before that one
//   started, and so on to the first. Two neighbours in it may overlap by less than kOverlapShare
//   of their parent, if nothing else starts or ends in between: the earlier is cut.
// Source: Zhang et al., "CRISP: Critical Path Analysis of Large-Scale Microservice Architectures",
// USENIX ATC 2022, and github.com/uber-research/CRISP (graph.py: sanitizeOverflowingChildren,
// computeCriticalPath, happensBefore).
// Threads: none. Memory: kNodeBytes a span of the request; kept for the next one.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "analysis/clock_skew.h"
#include "analysis/trace_trees.h"

namespace nanospan::tools::analysis {

struct TreeNode {
  std::int64_t start_ns, end_ns;
  // Where the last sibling that was over by start_ns ended; the parent's start if none was.
  std::int64_t released_ns;
  // From here to start_ns siblings ran that were not over; start_ns if none did.
  std::int64_t beside_ns;
  std::uint32_t place;
  std::uint32_t parent;
  std::uint32_t first_child, child_count;
  std::uint32_t over_before;  // siblings that were over, as a count in RequestTree::by_end()

  [[nodiscard]] std::int64_t duration_ns() const noexcept { return end_ns - start_ns; }
};

struct RequestOddities {
  std::uint64_t outside = 0;   // late, or wholly before: left out, with what is below them
  std::uint64_t cut = 0;       // at their parent's start or end
  std::uint64_t detached = 0;  // consumers that outlive their producer: left out
  std::uint64_t moved = 0;     // servers, into their clients
  std::int64_t moved_ns_max = 0;
  std::uint64_t overlaps = 0;  // neighbours of a chain
};

class RequestTree {
 public:
  static constexpr std::uint32_t kNone = TraceTrees::kNone;
  static constexpr std::size_t kNodeBytes = 160;  // with what path and retiming need
  static constexpr double kOverlapShare = 0.01;

  RequestTree(const TraceTrees& trees, const ClockSkew& skew) : trees_(trees), skew_(skew) {}

  // What the set leaves of its memory is enough for the spans of this one's trace.
  [[nodiscard]] static bool has_room(const TraceTrees& trees, std::uint32_t root_place);
  // Of one of TraceTrees::requests(), or of any other place.
  void build(std::uint32_t root_place);

  [[nodiscard]] const TraceTrees& trees() const noexcept { return trees_; }
  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(nodes_.size());
  }
  [[nodiscard]] const TreeNode& operator[](std::uint32_t node) const { return nodes_[node]; }
  [[nodiscard]] const SpanRow& span(std::uint32_t node) const {
    return trees_.span(nodes_[node].place);
  }
  // What it was moved by into its caller, beyond its clock's offset, with all below it.
  [[nodiscard]] std::int64_t moved_ns(std::uint32_t node) const { return moved_ns_[node]; }
  // Nodes: a node's children in the order of their ends.
  [[nodiscard]] std::span<const std::uint32_t> by_end(std::uint32_t node) const {
    return {by_end_.data() + nodes_[node].first_child, nodes_[node].child_count};
  }
  // The last of its chain, kNone of a leaf; and the one before it in the chain, kNone of the first.
  [[nodiscard]] std::uint32_t last_of_chain(std::uint32_t node) const {
    return nodes_[node].child_count == 0 ? kNone : by_end(node).back();
  }
  [[nodiscard]] std::uint32_t before_in_chain(std::uint32_t node) const {
    const std::uint32_t over = nodes_[node].over_before;
    return over == 0 ? kNone : by_end(nodes_[node].parent)[over - 1];
  }
  [[nodiscard]] const RequestOddities& oddities() const noexcept { return oddities_; }

 private:
  struct Times {
    std::int64_t start_ns, end_ns;
  };
  void list_children(std::uint32_t trace);
  void add_children(std::uint32_t parent);
  bool put_inside(std::uint32_t parent, std::uint32_t place, Times& times, std::int64_t& moved_ns);
  void move_into_client(const TreeNode& client, Times& server, std::int64_t& moved_ns);
  void order_children(std::uint32_t parent);
  void find_releases(std::uint32_t parent);
  void cut_overlaps(std::uint32_t parent);
  bool cut_overlap(std::uint32_t parent, std::uint32_t later);

  const TraceTrees& trees_;
  const ClockSkew& skew_;
  std::vector<TreeNode> nodes_;
  std::vector<std::uint32_t> by_end_;        // by node
  std::vector<std::int64_t> moved_ns_;       // by node
  std::uint32_t listed_trace_ = kNone;       // of the two below
  std::vector<std::uint32_t> first_, next_;  // by place in the trace: child, sibling
  std::vector<std::pair<TreeNode, std::int64_t>> sorting_;
  RequestOddities oddities_;  // over all requests
};

}  // namespace nanospan::tools::analysis
