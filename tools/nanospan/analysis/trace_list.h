// TraceList: the traces of a set, the slowest first: how `view` finds one, and lists them.
//
// What a trace took is what its root took: of several the longest; where there is none, the longest
// span whose parent is not here.
// Threads: none. Memory: 4 bytes a trace, a part of what the set counts for the analysis.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/trace_trees.h"

namespace nanospan::tools::analysis {

struct TraceSummary {
  std::int64_t duration_ns = 0;
  std::uint32_t spans = 0, errors = 0, unfinished = 0, duplicates = 0;
  std::uint32_t services = 0;  // different ones
};

class TraceList {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  explicit TraceList(const TraceTrees& trees);

  [[nodiscard]] std::size_t size() const noexcept { return roots_.size(); }
  // By rank: 0 is the slowest.
  [[nodiscard]] std::uint32_t root(std::size_t rank) const { return roots_[rank]; }
  [[nodiscard]] const SpanRow& root_row(std::size_t rank) const {
    return trees_.span(roots_[rank]);
  }
  [[nodiscard]] TraceKey key(std::size_t rank) const;
  // Looks at all spans of the trace.
  [[nodiscard]] TraceSummary summary(std::size_t rank) const;
  struct Match {
    std::size_t rank = kNone;  // of the slowest
    std::size_t traces = 0;
  };
  // Those whose id, as lower-case hex, begins so.
  [[nodiscard]] Match find(std::string_view prefix) const;

 private:
  const TraceTrees& trees_;
  std::vector<std::uint32_t> roots_;  // places
};

// 32 hex digits; 16.
[[nodiscard]] std::string hex_of(const TraceKey& key);
[[nodiscard]] std::string hex_of(std::uint64_t span_id);

}  // namespace nanospan::tools::analysis
