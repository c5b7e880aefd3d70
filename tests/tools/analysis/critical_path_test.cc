#include "analysis/critical_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/analysis/hand_traces.h"

namespace nanospan::tools::analysis::testing {
namespace {

using Times = std::map<std::string, std::int64_t>;
using ::testing::ElementsAre;

constexpr auto kServer = SpanKind::kServer;
constexpr auto kClient = SpanKind::kClient;
constexpr auto kError = StatusCode::kError;

// The shapes that CRISP publishes as its test cases (github.com/uber-research/CRISP, test_cases),
// by their numbers, with the time that each span adds to the path.
struct CrispCase {
  int number;
  std::vector<HandSpan> spans;
  Times own;
};

const std::vector<CrispCase>& crisp_cases() {
  static const std::vector<CrispCase> kCases = {
      {1, {{"A", "", 0, 100}}, {{"A", 100}}},
      {2, {{"A", "", 0, 100}, {"B", "A", 10, 60}}, {{"A", 50}, {"B", 50}}},
      {3, {{"A", "", 0, 100}, {"B", "A", 0, 100}}, {{"B", 100}}},
      {4,
       {{"A", "", 0, 100}, {"B", "A", 10, 60}, {"C", "B", 20, 30}},
       {{"A", 50}, {"B", 40}, {"C", 10}}},
      {6,
       {{"A", "", 0, 100}, {"B", "A", 10, 30}, {"C", "A", 40, 50}, {"D", "A", 60, 90}},
       {{"A", 40}, {"B", 20}, {"C", 10}, {"D", 30}}},
      // A child that outlasts its parent ends with it; so does a grandchild.
      {7,
       {{"A", "", 0, 100}, {"B", "A", 10, 110}, {"C", "B", 40, 50}},
       {{"A", 10}, {"B", 80}, {"C", 10}}},
      {8,
       {{"A", "", 0, 100}, {"B", "A", 10, 70}, {"C", "B", 20, 120}},
       {{"A", 40}, {"B", 10}, {"C", 50}}},
      // A child that is wholly outside is left out, with its own.
      {9,
       {{"A", "", 0, 100}, {"B", "A", 110, 160}, {"C", "B", 120, 150}, {"D", "A", 60, 90}},
       {{"A", 70}, {"D", 30}}},
      // Neighbours overlap by 1 of 1000: a chain all the same. CRISP counts the overlaps twice
      // (A 400, B 200, C 100); here the earlier is cut and the sum is 1000.
      {10,
       {{"A", "", 0, 1000}, {"B", "A", 10, 210}, {"C", "A", 209, 309}, {"D", "A", 308, 608}},
       {{"A", 402}, {"B", 199}, {"C", 99}, {"D", 300}}},
      {12,
       {{"A", "", 0, 100}, {"B", "A", 10, 70}, {"C", "B", 25, 45}, {"D", "B", 30, 50}},
       {{"A", 40}, {"B", 40}, {"D", 20}}},
      // C overlaps D by 5 of 80: not over before D started, but B was.
      {14,
       {{"A", "", 0, 80}, {"B", "A", 10, 30}, {"C", "A", 20, 45}, {"D", "A", 40, 65}},
       {{"A", 35}, {"B", 20}, {"D", 25}}},
  };
  return kCases;
}

const std::vector<CrispCase>& deeper_crisp_cases() {
  static const std::vector<CrispCase> kCases = {
      {16,
       {{"A", "", 0, 110},
        {"B", "A", 10, 20},
        {"C", "A", 15, 35},
        {"D", "A", 30, 40},
        {"E", "A", 50, 60},
        {"F", "A", 70, 100},
        {"G", "F", 80, 90}},
       {{"A", 50}, {"B", 10}, {"D", 10}, {"E", 10}, {"F", 20}, {"G", 10}}},
      {18,
       {{"A", "", 0, 250},
        {"B", "A", 10, 110},
        {"C", "B", 30, 40},
        {"D", "B", 50, 60},
        {"E", "B", 70, 80},
        {"F", "A", 120, 220},
        {"G", "F", 140, 200},
        {"H", "G", 150, 170},
        {"I", "G", 180, 190}},
       {{"A", 50},
        {"B", 70},
        {"C", 10},
        {"D", 10},
        {"E", 10},
        {"F", 40},
        {"G", 30},
        {"H", 20},
        {"I", 10}}},
      // As case 10: overlaps of 5 of 600.
      {19,
       {{"A", "", 0, 600}, {"B", "A", 10, 210}, {"C", "A", 205, 305}, {"D", "A", 300, 600}},
       {{"A", 10}, {"B", 195}, {"C", 95}, {"D", 300}}},
  };
  return kCases;
}

TEST(CriticalPath, FollowsTheRulesThatCrispPublished) {
  std::vector<CrispCase> cases = crisp_cases();
  cases.insert(cases.end(), deeper_crisp_cases().begin(), deeper_crisp_cases().end());
  for (const CrispCase& one : cases) {
    HandTraces traces;
    traces.add_trace(one.spans);
    const Worked worked(traces.set);
    EXPECT_EQ(worked.own(), one.own) << "case " << one.number;
  }
}

TEST(CriticalPath, NamesTheTimeBeforeBetweenAndAfterChildren) {
  HandTraces traces;
  // 100 = 10 before B, 20 B, 15 between, 30 C, 25 after.
  traces.add_trace({{"A", "", 0, 100}, {"B", "A", 10, 30}, {"C", "A", 45, 75}});
  const Worked worked(traces.set);
  EXPECT_EQ(worked.sections(), (Times{{"before_first A", 10},
                                      {"own B", 20},
                                      {"own A", 15},
                                      {"own C", 30},
                                      {"after_last A", 25}}));
  EXPECT_THAT(worked.nodes(), ElementsAre("A", "C", "B"));
}

TEST(CriticalPath, NamesTheWayToAServerAndBack) {
  HandTraces traces;
  // The call takes 80: 30 on the way there, 45 in the server (5 of them a query), 5 back.
  traces.add_trace({{"A", "", 0, 100, kServer, "gateway"},
                    {"call", "A", 10, 90, kClient, "gateway"},
                    {"list", "call", 40, 85, kServer, "tasks"},
                    {"query", "list", 60, 65, kClient, "tasks"}});
  const Worked worked(traces.set);
  EXPECT_EQ(worked.sections(), (Times{{"before_first A", 10},
                                      {"request_gap list", 30},
                                      {"before_first list", 20},
                                      {"call query", 5},  // nothing is known of the database
                                      {"after_last list", 20},
                                      {"response_gap list", 5},
                                      {"after_last A", 10}}));
}

TEST(CriticalPath, TellsWaitingForChildrenFromOwnTime) {
  HandTraces traces;
  // B is over at 20, D starts at 60, and from 30 on C runs, which goes on beside D.
  traces.add_trace({{"A", "", 0, 100}, {"B", "A", 10, 20}, {"C", "A", 30, 80}, {"D", "A", 60, 90}});
  EXPECT_EQ(Worked(traces.set).sections(), (Times{{"before_first A", 10},
                                                  {"own B", 10},
                                                  {"own A", 10},
                                                  {"waiting A", 30},
                                                  {"own D", 30},
                                                  {"after_last A", 10}}));
}

TEST(CriticalPath, TakesAttemptsThatFailedAndTheirBackoffTogether) {
  HandTraces traces;
  const auto attempt = [](std::string name, std::int64_t start, std::int64_t end) {
    return HandSpan{std::move(name), "A", start, end, kClient, "S", kError, 0, 0, "", "POST"};
  };
  HandSpan last = attempt("third", 60, 80);
  last.status = StatusCode::kUnset;
  // 5, then 10 failed, 5 asleep, 10 failed, 30 asleep, 20 that worked, 20.
  traces.add_trace({{"A", "", 0, 100},
                    attempt("first", 5, 15),
                    attempt("second", 20, 30),
                    {"sleep", "A", 31, 59},
                    last});
  EXPECT_EQ(Worked(traces.set).sections(), (Times{{"before_first A", 5},
                                                  {"failed_attempt POST", 20},
                                                  {"backoff POST", 35},
                                                  {"call POST", 20},
                                                  {"after_last A", 20}}));
}

TEST(CriticalPath, KnowsARetryByItsCountToo) {
  HandTraces traces;
  HandSpan again{"second", "A", 50, 80, kClient, "S"};
  again.span_name = "GET";
  again.resend_count = 1;
  HandSpan first{"first", "A", 10, 20, kClient, "S"};
  first.span_name = "GET";
  traces.add_trace({{"A", "", 0, 100}, first, again});
  EXPECT_EQ(Worked(traces.set).sections()["failed_attempt GET"], 10);
  EXPECT_EQ(Worked(traces.set).sections()["backoff GET"], 30);
  // Without it, two calls in a row are two calls.
  HandTraces loop;
  again.resend_count = 0;
  loop.add_trace({{"A", "", 0, 100}, first, again});
  EXPECT_EQ(Worked(loop.set).sections()["call GET"], 40);
}

TEST(CriticalPath, GoesThroughSpansThatTakeNoTimeAndTracesThatAreDeep) {
  HandTraces empty;
  empty.add_trace({{"A", "", 5, 5}, {"B", "A", 5, 5}, {"C", "A", 5, 5}});
  EXPECT_TRUE(Worked(empty.set).path.sections().empty());
  HandTraces deep;
  constexpr int kDepth = 100'000;
  std::vector<HandSpan> spans{{"0", "", 0, 2 * kDepth}};
  for (int i = 1; i < kDepth; ++i)
    spans.push_back({std::to_string(i), std::to_string(i - 1), i, 2 * kDepth - i});
  deep.add_trace(spans);
  const Worked worked(deep.set);
  EXPECT_EQ(worked.path.nodes().size(), std::size_t{kDepth});
  EXPECT_EQ(worked.path.sections().size(), std::size_t{2 * kDepth - 1});
}

TEST(CriticalPath, LeavesAConsumerOutThatOutlivesItsProducer) {
  HandTraces traces;
  traces.add_trace({{"A", "", 0, 100},
                    {"send", "A", 80, 90, SpanKind::kProducer},
                    {"receive", "send", 85, 500, SpanKind::kConsumer}});
  const Worked worked(traces.set);
  EXPECT_EQ(worked.tree.oddities().detached, 1U);
  EXPECT_EQ(worked.own(), (Times{{"A", 90}, {"send", 10}}));
}

}  // namespace
}  // namespace nanospan::tools::analysis::testing
