#include "analysis/trace_trees.h"

#include <gtest/gtest.h>

#include "tools/analysis/hand_traces.h"

namespace nanospan::tools::analysis::testing {
namespace {

constexpr std::uint8_t kUnfinished = analysis_flag::kUnfinished;

HandSpan unfinished(std::string name, std::string parent) {
  HandSpan span{std::move(name), std::move(parent), 0, 50};
  span.flags = kUnfinished;
  return span;
}

TEST(TraceTrees, CountsWhatIsMissing) {
  HandTraces traces;
  // B and C lost different parents, and with F (its own trace) nothing has a root.
  traces.add_trace({{"A", "", 0, 100}, {"B", "lost", 0, 10}, {"C", "gone", 0, 10}});
  traces.add_trace({{"F", "lost", 0, 90}, {"G", "F", 0, 10}});
  const TraceTrees trees(traces.set);
  EXPECT_EQ(trees.oddities().orphans, 3U);
  EXPECT_EQ(trees.oddities().missing_parents, 3U);
  EXPECT_EQ(trees.oddities().traces_without_root, 1U);
  ASSERT_EQ(trees.requests().size(), 2U);
  EXPECT_EQ(duration_of(trees.span(trees.requests()[1])), 90);
}

TEST(TraceTrees, TakesASpanThatComesTwiceOnceAndTheFinishedOne) {
  HandTraces traces;
  HandSpan partial = unfinished("B", "A");
  traces.add_trace({{"A", "", 0, 100}, partial, {"B", "A", 10, 40}, {"B", "A", 11, 99}});
  const TraceTrees trees(traces.set);
  EXPECT_EQ(trees.oddities().duplicates, 2U);
  EXPECT_EQ(trees.oddities().unfinished, 0U);
  EXPECT_EQ(trees.spans(), 2U);
  const auto [first, last] = trees.places(0);
  ASSERT_EQ(last - first, 2U);
  EXPECT_EQ(duration_of(trees.span(first + 1)), 30);
  EXPECT_EQ(trees.parent(first + 1), first);
}

TEST(TraceTrees, CutsCirclesAtTheirEarliestSpan) {
  HandTraces traces;
  traces.add_trace({{"A", "C", 20, 100}, {"B", "A", 10, 90}, {"C", "B", 30, 80}, {"D", "B", 0, 5}});
  traces.add_trace({{"self", "self", 0, 10}});
  const TraceTrees trees(traces.set);
  EXPECT_EQ(trees.oddities().cycles, 2U);
  // B is the root now; A hangs below C.
  EXPECT_EQ(trees.parent(1), TraceTrees::kNone);
  EXPECT_EQ(trees.parent(0), 2U);
  EXPECT_EQ(trees.parent(2), 1U);
  EXPECT_EQ(trees.parent(3), 1U);
  ASSERT_EQ(trees.requests().size(), 2U);
  EXPECT_EQ(trees.requests()[0], 1U);
}

TEST(TraceTrees, LeavesRequestsOutWhoseTimeIsNotKnown) {
  HandTraces traces;
  traces.add_trace({{"A", "", 100, 0}, {"B", "A", 10, 20}});
  traces.add_trace({unfinished("A", "")});
  traces.add_trace({{"A", "", 0, std::int64_t{1} << 60}});
  const TraceTrees trees(traces.set);
  EXPECT_EQ(trees.oddities().negative, 1U);
  EXPECT_EQ(trees.oddities().negative_requests, 1U);
  EXPECT_EQ(trees.oddities().unfinished_requests, 1U);
  EXPECT_EQ(trees.oddities().endless_requests, 1U);
  EXPECT_TRUE(trees.requests().empty());
}

TEST(TraceTrees, TakesEachOfSeveralRootsAsARequest) {
  HandTraces traces;
  traces.add_trace({{"A", "", 0, 100}, {"B", "", 50, 60}, {"C", "B", 51, 52}});
  const TraceTrees trees(traces.set);
  EXPECT_EQ(trees.oddities().traces_with_roots, 1U);
  EXPECT_EQ(trees.requests().size(), 2U);
}

TEST(TraceTrees, LateSpansStayOutOfThePathAndAreCounted) {
  HandTraces traces;
  traces.add_trace({{"A", "", 0, 100}, {"late", "A", 150, 160}, {"early", "A", -50, -10}});
  const Worked worked(traces.set);
  EXPECT_EQ(worked.tree.oddities().outside, 2U);
  EXPECT_EQ(worked.tree.size(), 1U);
}

}  // namespace
}  // namespace nanospan::tools::analysis::testing
