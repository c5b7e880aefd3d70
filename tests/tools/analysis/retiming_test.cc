#include "analysis/retiming.h"

#include <gtest/gtest.h>

#include "tools/analysis/hand_traces.h"

namespace nanospan::tools::analysis::testing {
namespace {

using Times = std::map<std::string, std::int64_t>;

// Two branches beside each other: B (40) then D after the longer of B and C (60).
const std::vector<HandSpan> kFork = {
    {"A", "", 0, 100}, {"B", "A", 10, 50}, {"C", "A", 10, 70}, {"D", "A", 75, 95}};

TEST(Retiming, DragEndsWhereAnotherPathIsTheLongest) {
  HandTraces traces;
  traces.add_trace(kFork);
  Worked worked(traces.set);
  EXPECT_EQ(worked.own(), (Times{{"A", 20}, {"C", 60}, {"D", 20}}));
  EXPECT_EQ(worked.drag("A"), 20);
  EXPECT_EQ(worked.drag("B"), 0);   // is not on the path
  EXPECT_EQ(worked.drag("C"), 20);  // then B's 40 are the longest
  EXPECT_EQ(worked.drag("D"), 20);
}

TEST(Retiming, SlackIsWhatASpanMayGrowUnnoticed) {
  HandTraces traces;
  traces.add_trace(kFork);
  Worked worked(traces.set);
  EXPECT_EQ(worked.slacks(), (Times{{"A", 0}, {"B", 20}, {"C", 0}, {"D", 0}}));
}

TEST(Retiming, SlackGoesDownTheTree) {
  HandTraces traces;
  // B may end 30 later, C in it 10 + 30, E 15 more as it runs beside C; D is the path.
  traces.add_trace({{"A", "", 0, 100},
                    {"B", "A", 10, 60},
                    {"C", "B", 20, 50},
                    {"E", "B", 20, 35},
                    {"D", "A", 15, 90}});
  Worked worked(traces.set);
  EXPECT_EQ(worked.slacks(), (Times{{"A", 0}, {"B", 30}, {"C", 30}, {"D", 0}, {"E", 45}}));
}

TEST(Retiming, ScalesWhatASpanDoesItself) {
  HandTraces traces;
  // A does 10 + 20 + 10 itself; B's 40 hold C's 30.
  traces.add_trace({{"A", "", 0, 100}, {"B", "A", 10, 50}, {"C", "B", 15, 45}, {"D", "A", 70, 90}});
  Worked worked(traces.set);
  const auto with = [&](const std::string& name, double factor) {
    std::vector<double> factors(traces.set.callsite_count(), 1.0);
    for (std::uint32_t i = 0; i < factors.size(); ++i) {
      if (traces.set.text(traces.set.callsite(CallsiteId{i}).name) == name) factors[i] = factor;
    }
    return worked.retiming.duration_ns(factors);
  };
  EXPECT_EQ(with("A", 1), 100);
  EXPECT_EQ(with("A", 0.5), 80);
  EXPECT_EQ(with("B", 0), 90);  // C's 30 stay
  EXPECT_EQ(with("C", 0.5), 85);
  EXPECT_EQ(with("D", 3), 140);
  EXPECT_EQ(worked.retiming.duration_ns({}), 100);
}

TEST(Retiming, ACallsGapsAreTheClients) {
  HandTraces traces;
  traces.add_trace({{"A", "", 0, 100},
                    {"call", "A", 0, 100, SpanKind::kClient},
                    {"serve", "call", 40, 90, SpanKind::kServer}});
  Worked worked(traces.set);
  EXPECT_EQ(worked.drag("call"), 50);
  EXPECT_EQ(worked.drag("serve"), 50);
}

TEST(Retiming, OverlapsThatWereCutChangeNoDuration) {
  HandTraces traces;
  // B reaches 2 of 1000 into C, and E waits for B only.
  traces.add_trace(
      {{"A", "", 0, 1000}, {"B", "A", 0, 302}, {"C", "A", 300, 900}, {"E", "A", 310, 400}});
  Worked worked(traces.set);
  EXPECT_EQ(worked.tree.oddities().overlaps, 1U);
  std::vector<double> factors(traces.set.callsite_count(), 1.0);
  EXPECT_EQ(worked.retiming.duration_ns(factors), 1000);
  EXPECT_EQ(worked.drag("B"), 300);
  EXPECT_EQ(worked.drag("E"), 0);
}

}  // namespace
}  // namespace nanospan::tools::analysis::testing
