// ShownTrace: one trace as a person looks at it: each of its spans once, under its parent, in one
// clock, and which of them the critical path has most of its time in.
//
// Times are those that were recorded, less what the clocks' offsets and a call's bounds say
// (ClockSkew, RequestTree); nothing is cut, and nothing left out. The path is that of `analyze`.
// Its hot callsite is the one that has most of the path as its own time; marked hot are those
// spans of it that have most of that.
// Threads: none. Memory: 40 bytes a span of the trace, and RequestTree's while it is made; where
// that has no room, or the root took more than TraceTrees::kRequestMaxNs, there is no path.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/clock_skew.h"
#include "analysis/critical_path.h"

namespace nanospan::tools::analysis {

struct ShownSpan {
  std::int64_t start_ns = 0;
  std::int64_t shift_ns = 0;  // what was added to the recorded time
  std::int64_t own_ns = 0;    // on the critical path and in none of its children
  // Spans by their index; in the order of their starts.
  std::uint32_t first_child = SlotTable::kNone;
  std::uint32_t next = SlotTable::kNone;  // sibling
  bool is_hot = false;
  bool leads_to_hot = false;  // it is, or one below it
};

struct HotCallsite {
  CallsiteId callsite{};
  SectionKind kind = SectionKind::kOwn;  // what most of that time is
  std::int64_t own_ns = 0;               // of all its spans on the path
  std::uint32_t spans = 0;
};

class ShownTrace {
 public:
  static constexpr std::uint32_t kNone = SlotTable::kNone;
  static constexpr std::uint32_t kHotMax = 3;
  static constexpr double kHotShare = 0.5;  // of the hottest span's own time, at least

  // What it is made from is not to change while it is used. `root`: the place of the trace's root.
  ShownTrace(const TraceTrees& trees, const ClockSkew& skew, std::uint32_t root);

  [[nodiscard]] const TraceSet& set() const noexcept { return trees_.set(); }
  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(spans_.size());
  }
  [[nodiscard]] const ShownSpan& operator[](std::uint32_t index) const { return spans_[index]; }
  [[nodiscard]] const SpanRow& row(std::uint32_t index) const {
    return trees_.span(first_place_ + index);
  }
  [[nodiscard]] std::string_view message(std::uint32_t index) const {
    return set().message(trees_.row(first_place_ + index));
  }
  [[nodiscard]] std::string_view record(std::uint32_t index) const {
    return set().record(trees_.row(first_place_ + index));
  }
  [[nodiscard]] std::int64_t duration_ns(std::uint32_t index) const {
    return duration_of(row(index));
  }
  [[nodiscard]] std::int64_t end_ns(std::uint32_t index) const {
    return spans_[index].start_ns + duration_ns(index);
  }
  [[nodiscard]] std::string_view service(std::uint32_t index) const {
    return set().text(set().service_of(row(index)));
  }
  [[nodiscard]] std::string_view name(std::uint32_t index) const {
    return set().text(set().callsite(row(index).callsite).name);
  }
  // Of its parents, if that is here and not below itself; kNone.
  [[nodiscard]] std::uint32_t parent(std::uint32_t index) const;
  // The first of those without a parent, and of those whose parent is not here.
  [[nodiscard]] std::uint32_t first_root() const noexcept { return first_root_; }
  [[nodiscard]] std::uint32_t first_orphan() const noexcept { return first_orphan_; }
  // Depth first: the next one below or behind it, and the next one behind all below it; kNone.
  [[nodiscard]] std::uint32_t following(std::uint32_t index) const {
    return spans_[index].first_child != kNone ? spans_[index].first_child : behind(index);
  }
  [[nodiscard]] std::uint32_t behind(std::uint32_t index) const;
  // From the first start to the last end, over all spans.
  [[nodiscard]] std::int64_t start_ns() const noexcept { return start_ns_; }
  [[nodiscard]] std::int64_t end_ns() const noexcept { return end_ns_; }
  [[nodiscard]] const std::optional<HotCallsite>& hot() const noexcept { return hot_; }
  // Spans that stand at another time than the one that was recorded.
  [[nodiscard]] std::uint32_t shifted() const noexcept { return shifted_; }
  // Of those spans' clocks: what they were put right by.
  [[nodiscard]] const std::vector<ClockPair>& clocks() const noexcept { return clocks_; }

 private:
  void shift_clocks(const ClockSkew& skew);
  void follow_path(const ClockSkew& skew, std::uint32_t root);
  void move_into_calls(const RequestTree& tree, std::vector<bool>& is_placed);
  void move_with_parents(std::vector<bool>& is_placed);
  void sum_up(const RequestTree& tree, const CriticalPath& path);
  void mark_hot(const RequestTree& tree);
  void name_clocks(const ClockSkew& skew);
  void connect();

  const TraceTrees& trees_;
  const std::uint32_t first_place_;
  std::vector<ShownSpan> spans_;
  std::uint32_t first_root_ = kNone, first_orphan_ = kNone;
  std::int64_t start_ns_ = 0, end_ns_ = 0;
  std::optional<HotCallsite> hot_;
  std::uint32_t shifted_ = 0;
  std::vector<ClockPair> clocks_;
};

}  // namespace nanospan::tools::analysis
