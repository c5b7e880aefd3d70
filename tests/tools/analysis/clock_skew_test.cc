#include "analysis/clock_skew.h"

#include <gtest/gtest.h>

#include "tools/analysis/hand_traces.h"

namespace nanospan::tools::analysis::testing {
namespace {

constexpr auto kServer = SpanKind::kServer;
constexpr auto kClient = SpanKind::kClient;
constexpr std::int64_t kTenSeconds = 10'000'000'000;

// A call of 100 in which the server, whose clock is `ahead`, works for 40 from `begin` on.
std::vector<HandSpan> call(std::int64_t ahead, std::int64_t begin) {
  return {{"A", "", 0, 120, kServer, "gateway"},
          {"call", "A", 10, 110, kClient, "gateway"},
          {"serve", "call", 10 + begin + ahead, 50 + begin + ahead, kServer, "tasks"},
          {"query", "serve", 20 + begin + ahead, 30 + begin + ahead, SpanKind::kInternal, "tasks"}};
}

TEST(ClockSkew, LeavesClocksAloneThatMayBeRight) {
  HandTraces traces;
  traces.add_trace(call(0, 30));
  const Worked worked(traces.set);
  ASSERT_EQ(worked.skew.pairs().size(), 1U);
  // serve is 40 to 80, call 10 to 110: tasks' clock is 30 behind to 30 ahead.
  EXPECT_EQ(worked.skew.pairs()[0].low_ns, -30);
  EXPECT_EQ(worked.skew.pairs()[0].high_ns, 30);
  EXPECT_EQ(worked.skew.pairs()[0].taken_ns, 0);
  EXPECT_FALSE(worked.skew.is_shifted());
}

TEST(ClockSkew, BoundsAClockThatIsTenSecondsOffByAllCallsTogether) {
  for (const std::int64_t ahead : {kTenSeconds, -kTenSeconds}) {
    HandTraces traces;
    traces.add_trace(call(ahead, 10));  // allows -50 to +10
    traces.add_trace(call(ahead, 50));  // allows -10 to +50
    const Worked worked(traces.set);
    ASSERT_EQ(worked.skew.pairs().size(), 1U);
    const ClockPair& pair = worked.skew.pairs()[0];
    EXPECT_EQ(pair.a, "gateway");
    EXPECT_EQ(pair.b, "tasks");
    EXPECT_EQ(pair.low_ns, ahead - 10);
    EXPECT_EQ(pair.high_ns, ahead + 10);
    EXPECT_EQ(pair.taken_ns, ahead);
    EXPECT_EQ(pair.calls, 2U);
    EXPECT_EQ(pair.agreeing, 2U);
    // As if the clocks were right.
    EXPECT_EQ(worked.tree.oddities().outside, 0U);
    EXPECT_EQ(worked.tree.oddities().moved, 0U);
    const auto sections = worked.sections();
    EXPECT_EQ(sections.at("request_gap serve"), 10);
    EXPECT_EQ(sections.at("response_gap serve"), 50);
    EXPECT_EQ(sections.at("own query"), 10);
  }
}

TEST(ClockSkew, GoesOverSeveralHosts) {
  HandTraces traces;
  // b is 1000 ahead of a, c 2000 behind b; no call goes from a to c. Each call is 10 there and
  // back.
  traces.add_trace({{"A", "", 0, 200, kServer, "s1", {}, 0, 0, "a"},
                    {"to b", "A", 10, 190, kClient, "s1", {}, 0, 0, "a"},
                    {"B", "to b", 1020, 1180, kServer, "s2", {}, 0, 0, "b"},
                    {"to c", "B", 1030, 1170, kClient, "s2", {}, 0, 0, "b"},
                    {"C", "to c", -960, -840, kServer, "s3", {}, 0, 0, "c"}});
  const Worked worked(traces.set);
  EXPECT_EQ(worked.tree.oddities().outside, 0U);
  EXPECT_EQ(worked.own(), (std::map<std::string, std::int64_t>{
                              {"A", 20}, {"to b", 20}, {"B", 20}, {"to c", 20}, {"C", 120}}));
}

TEST(ClockSkew, TakesWhatMostCallsAllowAndSaysHowMany) {
  HandTraces traces;
  for (int i = 0; i < 5; ++i) traces.add_trace(call(1000, 30));
  traces.add_trace(call(-5000, 30));  // another time, another clock
  const TraceTrees trees(traces.set);
  const ClockSkew skew(trees);
  ASSERT_EQ(skew.pairs().size(), 1U);
  EXPECT_EQ(skew.pairs()[0].calls, 6U);
  EXPECT_EQ(skew.pairs()[0].agreeing, 5U);
  EXPECT_EQ(skew.pairs()[0].taken_ns, 1000);
  // The odd one out is moved into its client's span, and that is counted: to its middle.
  RequestTree tree(trees, skew);
  tree.build(trees.requests().back());
  EXPECT_EQ(tree.oddities().moved, 1U);
  EXPECT_EQ(tree.oddities().moved_ns_max, 6000);
  EXPECT_EQ(tree.oddities().outside, 0U);
}

TEST(ClockSkew, AsksNeitherFailedCallsNorThoseOfOneHost) {
  HandTraces traces;
  // The client gave up before the server was done.
  traces.add_trace({{"A", "", 0, 100},
                    {"call", "A", 10, 30, kClient, "gateway", StatusCode::kError},
                    {"serve", "call", 20, 35, kServer, "tasks"}});
  traces.add_trace({{"A", "", 0, 100},
                    {"call", "A", 10, 30, kClient, "gateway", {}, 0, 0, "one"},
                    {"serve", "call", 500, 510, kServer, "tasks", {}, 0, 0, "one"}});
  const TraceTrees trees(traces.set);
  EXPECT_TRUE(ClockSkew(trees).pairs().empty());
}

}  // namespace
}  // namespace nanospan::tools::analysis::testing
