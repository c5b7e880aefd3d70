// Retiming: how long a request would have taken had some callsites been faster or slower, and how
// long each span could have grown unnoticed.
//
// What a span does itself (its time in which no child runs, all of it for a leaf, the way to a
// server and back for a client) is scaled by its callsite's factor; a child still starts as long
// after its siblings that were over by then, whichever of them is last now, and the span still ends
// as long after its last child. So time is saved on the path only until another path is the
// longest: that is what sets drag apart from time on the path. Factors of 1 give the request's own
// duration exactly. Not told by any trace, and assumed: that what is between two spans, or runs
// beside another, depends on nothing else.
// Threads: none. Memory: 16 bytes a node, kept.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/request_tree.h"

namespace nanospan::tools::analysis {

class Retiming {
 public:
  // The tree is not to change until the next begin().
  void begin(const RequestTree& tree);

  // By callsite; those beyond the end, 1.
  [[nodiscard]] std::int64_t duration_ns(const std::vector<double>& factors);
  // Had this callsite taken no time.
  [[nodiscard]] std::int64_t duration_without_ns(CallsiteId callsite);
  // By node: the longest that it can grow with the request as long as it is; 0 on the path.
  [[nodiscard]] const std::vector<std::int64_t>& slacks_ns();

 private:
  template <typename FactorOf>
  std::int64_t retime(FactorOf&& factor_of);
  [[nodiscard]] std::int64_t retimed(std::uint32_t node, double factor);

  const RequestTree* tree_ = nullptr;
  std::vector<std::int64_t> durations_ns_;  // by node, as retimed
  std::vector<std::int64_t> ends_ns_;       // by node, from its parent's start
  std::vector<std::int64_t> slacks_ns_, bounds_ns_;
  std::vector<bool> is_changed_;
};

}  // namespace nanospan::tools::analysis
