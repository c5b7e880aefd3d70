// TraceTrees: who is whose child, trace by trace, whatever the input claims.
//
// A place is a span's index in the order by trace, without duplicates; parents are places, so that
// what comes next never looks at an id again. A span id that comes twice in its trace is one span:
// a finished one wins over an unfinished, else the first. A circle of parents is cut open at its
// earliest span. All of it is counted, nothing refused.
// Threads: none. Memory: 8 bytes a span, 12 a trace, parts of what
// the set counts for the analysis. Time: linear.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "analysis/trace_set.h"

namespace nanospan::tools::analysis {

// What is odd about the spans, over all traces.
struct TreeOddities {
  std::uint64_t duplicates = 0;
  std::uint64_t orphans = 0;          // their parent is not here, ...
  std::uint64_t missing_parents = 0;  // ... which are so many different spans, at least
  std::uint64_t cycles = 0;
  std::uint64_t negative = 0;  // end before they start; taken to end where they start
  std::uint64_t unfinished = 0;
  std::uint64_t traces_without_root = 0;  // the longest orphan stands in
  std::uint64_t traces_with_roots = 0;    // several; each is a request
  // Requests that no percentile takes in, as how long they took is not known.
  std::uint64_t unfinished_requests = 0;
  std::uint64_t negative_requests = 0;
  std::uint64_t endless_requests = 0;  // above TraceTrees::kRequestMaxNs
};

class TraceTrees {
 public:
  static constexpr std::uint32_t kNone = SlotTable::kNone;
  // 52 days. A thousand times that still is a number of nanoseconds.
  static constexpr std::int64_t kRequestMaxNs = std::int64_t{1} << 52;

  // The set is not to change while this is used.
  explicit TraceTrees(const TraceSet& set);

  [[nodiscard]] const TraceSet& set() const noexcept { return set_; }
  // Places of a trace: [first, second).
  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> places(std::uint32_t trace) const {
    return {first_[trace], first_[trace] + kept_[trace]};
  }
  [[nodiscard]] const SpanRow& span(std::uint32_t place) const { return set_[rows_[place]]; }
  [[nodiscard]] std::uint32_t row(std::uint32_t place) const { return rows_[place]; }
  [[nodiscard]] std::uint32_t parent(std::uint32_t place) const { return parents_[place]; }
  // Spans of a trace that came twice.
  [[nodiscard]] std::uint32_t duplicates(std::uint32_t trace) const {
    const auto next = trace + 1 < first_.size() ? first_[trace + 1] : set_.size();
    return next - first_[trace] - kept_[trace];
  }
  // Places of the spans that stand for a request each, in the order of the traces.
  [[nodiscard]] const std::vector<std::uint32_t>& requests() const noexcept { return requests_; }
  [[nodiscard]] const TreeOddities& oddities() const noexcept { return oddities_; }
  [[nodiscard]] std::uint32_t spans() const noexcept { return spans_; }

 private:
  void sort_by_trace();
  void drop_duplicates(std::uint32_t trace);
  void find_parents(std::uint32_t trace);
  void cut_cycles(std::uint32_t trace);
  void cut_open(std::uint32_t on_cycle);
  void find_requests(std::uint32_t trace);
  void add_request(std::uint32_t place);
  [[nodiscard]] std::uint32_t find_id(std::uint64_t span_id, std::uint64_t& slot) const;
  void reset_ids(std::uint32_t spans);

  const TraceSet& set_;
  std::vector<std::uint32_t> first_, kept_;    // by trace
  std::vector<std::uint32_t> rows_, parents_;  // by place
  std::vector<std::uint32_t> requests_;
  std::uint32_t spans_ = 0;
  TreeOddities oddities_;
  // Of the trace at hand.
  std::vector<std::uint32_t> id_slots_;
  std::vector<std::uint8_t> walked_;
  std::vector<std::uint64_t> missing_;
};

[[nodiscard]] inline std::int64_t duration_of(const SpanRow& span) noexcept {
  return span.end_ns > span.start_ns ? span.end_ns - span.start_ns : 0;
}

}  // namespace nanospan::tools::analysis
