// Tally: sums over many requests: where on their paths the time is, by callsite and by path.
//
// Each sum is kept three times: over all requests, over the fast and over the slow ones.
// Threads: none. Memory: about 100 bytes a callsite and 60 a path. Limits: beyond kPathsMax
// different paths, and for those, time is summed under the path 0 and counted.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/critical_path.h"
#include "analysis/retiming.h"

namespace nanospan::tools::analysis {

struct RequestClass {
  bool is_fast = false, is_slow = false;
};
struct Sums {
  double all = 0, fast = 0, slow = 0;

  void add(double value, RequestClass of) {
    all += value;
    if (of.is_fast) fast += value;
    if (of.is_slow) slow += value;
  }
};

// In nanoseconds.
struct SectionSums {
  CallsiteId callsite;
  CallsiteId far;  // the client of a gap, whose server is `callsite`; else the same
  SectionKind kind;
  Sums time;
  bool is_one_host = true;  // of a gap: both sides name the same, each time
};
struct CallsiteSums {
  std::uint64_t calls = 0;    // in the requests, on their paths or not
  std::uint64_t on_path = 0;  // of these
  Sums own;    // on the path and in no child: the sections that are this span's, and its gaps
  Sums below;  // on the path, in its children
  Sums drag;
  double slack = 0;  // of all calls
  std::int64_t slack_min = 0;
};
struct PathSums {
  std::uint32_t parent = 0;  // in Tally::paths(); of a root, 0
  CallsiteId callsite{};
  std::uint64_t calls = 0;
  Sums own;
};

class Tally {
 public:
  static constexpr std::size_t kPathsMax = std::size_t{1} << 16;
  // Callsites of one request whose drag is worked out: those with most time on its path.
  static constexpr std::size_t kDragsMax = 64;

  explicit Tally(const TraceSet& set) : callsites_(set.callsite_count()), paths_(1) {}

  void add(const RequestTree& tree, RequestClass of);

  [[nodiscard]] const std::vector<SectionSums>& sections() const noexcept { return sections_; }
  [[nodiscard]] const std::vector<CallsiteSums>& callsites() const noexcept { return callsites_; }
  // The first stands for all beyond kPathsMax.
  [[nodiscard]] const std::vector<PathSums>& paths() const noexcept { return paths_; }
  [[nodiscard]] std::uint64_t drags_left_out() const noexcept { return drags_left_out_; }
  // Of the request that was added last.
  [[nodiscard]] Retiming& retiming() noexcept { return retiming_; }

 private:
  struct OwnTime {
    CallsiteId callsite;
    std::int64_t own_ns;
  };
  void add_sections(const RequestTree& tree, RequestClass of);
  void add_nodes(const RequestTree& tree, RequestClass of);
  void add_drags(const RequestTree& tree, RequestClass of);
  SectionSums& section(CallsiteId callsite, CallsiteId far, SectionKind kind);
  std::uint32_t path_below(std::uint32_t parent, CallsiteId callsite);

  CriticalPath path_;
  Retiming retiming_;
  std::vector<SectionSums> sections_;
  SlotTable section_index_;
  std::vector<CallsiteSums> callsites_;
  std::vector<PathSums> paths_;
  SlotTable path_index_;
  std::uint64_t drags_left_out_ = 0;
  // Of the request at hand.
  std::vector<std::uint32_t> path_of_node_;
  std::vector<OwnTime> own_;
};

}  // namespace nanospan::tools::analysis
