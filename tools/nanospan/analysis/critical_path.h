// The critical path of a request, as sections that tile its root exactly.
//
// Where the walk of RequestTree's chains is in no child, it is in the span's own time: before its
// first child of the chain, between two, after the last, or all of it. Some of that time has a
// better name: a call's way there and back, waiting for children beside the chain, retries. A child
// is an attempt that is made again if the next child of the chain, or the one after that, has its
// callsite and either it failed or the other is marked as sent again.
// Threads: pure functions. Errors: sections that do not tile the root are a defect of this file;
// std::logic_error says so.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/request_tree.h"

namespace nanospan::tools::analysis {

enum class SectionKind : std::uint8_t {
  kOwn,            // a span that has no children, or between two of them
  kBeforeFirst,    // from the span's start to its first child
  kAfterLast,      // from its last child to its end
  kWaiting,        // children run, but none that the path can be said to wait for
  kCall,           // a client's or producer's span of which nothing further is known
  kRequestGap,     // from a client's to its server's start: network, and queue before the server
  kResponseGap,    // from the server's to the client's end
  kFailedAttempt,  // an attempt that was made again later, whole
  kBackoff,        // from there to the next attempt
};
inline constexpr std::size_t kSectionKinds = 9;
// As JSON and tables have it: "own", "before_first", ...
[[nodiscard]] std::string_view section_name(SectionKind kind);

struct Section {
  SectionKind kind;
  // Of a gap: the server's node, whose parent is the client's. Of a retry: the attempt that
  // failed. Else whose time it is.
  std::uint32_t node;
  std::int64_t start_ns, end_ns;
  [[nodiscard]] std::int64_t duration_ns() const noexcept { return end_ns - start_ns; }
};

// The node whose own time it is: of a gap, the client.
[[nodiscard]] std::uint32_t owner_of(const Section& section, const RequestTree& tree);

class CriticalPath {
 public:
  // From the root's end to its start; none is empty. `nodes`: those the path goes through.
  void find(const RequestTree& tree);
  [[nodiscard]] const std::vector<Section>& sections() const noexcept { return sections_; }
  [[nodiscard]] const std::vector<std::uint32_t>& nodes() const noexcept { return nodes_; }

 private:
  struct Step {
    Section section;
    bool is_visit;  // go into section.node
  };
  void visit(std::uint32_t node);
  void go_to(std::uint32_t child);
  void add(SectionKind kind, std::uint32_t node, std::int64_t start_ns, std::int64_t end_ns);
  void add_chain(std::uint32_t node);
  void add_before(std::uint32_t node, std::size_t at);
  void add_after(std::uint32_t node);
  [[nodiscard]] std::size_t next_attempt(std::size_t at) const;
  [[nodiscard]] bool is_far(std::uint32_t node, std::uint32_t child) const;
  void check() const;

  const RequestTree* tree_ = nullptr;
  std::vector<Section> sections_;
  std::vector<std::uint32_t> nodes_;
  std::vector<Step> steps_;
  std::vector<std::uint32_t> chain_;  // of the node at hand, the first child first
};

}  // namespace nanospan::tools::analysis
