#include "analysis/profile.h"

#include <gtest/gtest.h>

#include <functional>
#include <sstream>

#include "analysis/cause.h"
#include "analysis/compare.h"
#include "analyze/profile_render.h"
#include "terminal/text.h"
#include "tools/analysis/hand_traces.h"

namespace nanospan::tools::analysis::testing {
namespace {

constexpr auto kServer = SpanKind::kServer;
constexpr auto kClient = SpanKind::kClient;
constexpr std::uint64_t kMs = 1'000'000;

// In ms. A request of 30 but for these.
struct Request {
  std::int64_t queue = 1, back = 1, lock = 2, query = 10;
  int failures = 0;  // of 5 each, and 20 until the next
};

std::vector<HandSpan> request(const Request& of) {
  std::vector<HandSpan> spans;
  std::int64_t at = 5;
  const std::string gateway = "api-gateway";
  for (int i = 0; i < of.failures; ++i, at += 25)
    spans.push_back({"failed" + std::to_string(i), "root", at, at + 5, kClient, gateway,
                     StatusCode::kError, 0, 0, "", "GET tasks"});
  const std::int64_t served = at + of.queue;
  const std::int64_t lock = served + 3;
  const std::int64_t query = lock + of.lock + 3;
  const std::int64_t done = query + of.query;
  spans.push_back(
      {"call", "root", at, done + of.back, kClient, gateway, {}, 0, 0, "", "GET tasks"});
  spans.push_back({"list", "call", served, done, kServer, "task-service"});
  spans.push_back({"lock", "list", lock, lock + of.lock, SpanKind::kInternal, "task-service"});
  spans.push_back({"db: query", "list", query, done, kClient, "task-service"});
  spans.push_back({"root", "", 0, done + of.back + 5, kServer, gateway});
  return spans;
}

// 100 requests of which two are another's.
void add_requests(HandTraces& traces, const Request& slow) {
  for (int i = 0; i < 98; ++i) traces.add_trace(request({}));
  for (int i = 0; i < 2; ++i) traces.add_trace(request(slow));
}

struct CauseCase {
  const char* title;
  Request slow;
  const char* kind;
  const char* service;
  const char* span;
  double slow_ms, fast_ms;
};

TEST(Cause, IsTheOneThatWasPutIn) {
  const CauseCase cases[] = {
      {"lock", {.lock = 400}, "own", "task-service", "lock", 400, 2},
      {"query", {.query = 400}, "call", "task-service", "db: query", 400, 10},
      {"retry", {.failures = 3}, "retry", "api-gateway", "GET tasks", 75, 0},
      {"queue", {.queue = 400}, "queue", "task-service", "list", 401, 2},
      {"network", {.queue = 200, .back = 200}, "network", "task-service", "list", 400, 2},
  };
  for (const CauseCase& one : cases) {
    SCOPED_TRACE(one.title);
    HandTraces traces(kMs);
    add_requests(traces, one.slow);
    const auto profile = make_profile(traces.set, {});
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->slow, 2U);
    EXPECT_EQ(profile->fast, 98U);
    const Cause cause = find_cause(*profile);
    EXPECT_EQ(cause_name(cause.kind), one.kind);
    EXPECT_EQ(cause.span, (SpanName{one.service, one.span}));
    EXPECT_DOUBLE_EQ(cause.time.slow, one.slow_ms * kMs);
    EXPECT_DOUBLE_EQ(cause.time.fast, one.fast_ms * kMs);
    EXPECT_NEAR(cause.share, 1, 0.001);
    EXPECT_NE(cause.sentence.find(one.span), std::string::npos) << cause.sentence;
  }
}

// Of requests whose two services are on these hosts, the second one's clock an hour ahead.
Cause cause_between(const Request& slow, const std::string& host, const std::string& other_host) {
  HandTraces traces(kMs);
  for (int i = 0; i < 100; ++i) {
    std::vector<HandSpan> spans = request(i < 98 ? Request{} : slow);
    for (HandSpan& span : spans) {
      const bool is_other = span.service == "task-service";
      span.host = is_other ? other_host : host;
      if (!is_other || host == other_host) continue;
      span.start += 3'600'000;
      span.end += 3'600'000;
    }
    traces.add_trace(spans);
  }
  const auto profile = make_profile(traces.set, {});
  return profile ? find_cause(*profile) : Cause{};
}

TEST(Cause, SaysThatAQueueMayBeANetworkThatIsSlowInOneDirection) {
  const Cause near = cause_between({.queue = 400}, "a", "a");
  EXPECT_EQ(near.kind, CauseKind::kQueue);
  EXPECT_TRUE(near.is_one_host);
  EXPECT_NE(
      near.sentence.find("(a queue in front of it, or a network that is slow in that direction "
                         "alone)"),
      std::string::npos)
      << near.sentence;
  EXPECT_EQ(could_be(near.kind), (std::vector{CauseKind::kQueue, CauseKind::kNetwork}));
  const Cause far = cause_between({.queue = 400}, "a", "b");
  EXPECT_FALSE(far.is_one_host);
  EXPECT_NE(far.sentence.find("or in both if their clocks moved meanwhile)"), std::string::npos)
      << far.sentence;
}

TEST(Cause, IsFoundWhateverTheClocksAreApart) {
  const Cause queue = cause_between({.queue = 400}, "a", "b");
  EXPECT_EQ(queue.kind, CauseKind::kQueue);
  EXPECT_DOUBLE_EQ(queue.time.slower(), 399 * double{kMs});
  const Cause network = cause_between({.queue = 200, .back = 200}, "a", "b");
  EXPECT_EQ(network.kind, CauseKind::kNetwork);
  EXPECT_DOUBLE_EQ(network.time.slower(), 398 * double{kMs});
}

TEST(Cause, IsNoneWhereTheSlowAreHardlySlower) {
  HandTraces traces(kMs);
  add_requests(traces, {.query = 11});
  const auto profile = make_profile(traces.set, {});
  ASSERT_TRUE(profile);
  EXPECT_EQ(find_cause(*profile).kind, CauseKind::kNone);
}

TEST(Profile, TakesPercentilesByNearestRank) {
  HandTraces traces(kMs);
  for (std::int64_t ms = 200; ms >= 1; --ms) traces.add_trace({{"A", "", 0, ms}});
  const auto profile = make_profile(traces.set, {});
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->kind.p50_ns, 100 * static_cast<std::int64_t>(kMs));
  EXPECT_EQ(profile->kind.p99_ns, 198 * static_cast<std::int64_t>(kMs));
  EXPECT_EQ(profile->slow, 3U);   // 198, 199, 200
  EXPECT_EQ(profile->fast, 41U);  // 80 to 120
  EXPECT_DOUBLE_EQ(profile->duration.fast, 100 * double{kMs});
  EXPECT_DOUBLE_EQ(profile->duration.slow, 199 * double{kMs});
}

TEST(Profile, SumsDragAndSlackByCallsite) {
  HandTraces traces;
  for (int i = 0; i < 2; ++i)
    traces.add_trace({{"A", "", 0, 100}, {"B", "A", 10, 50}, {"C", "A", 10, 70}});
  const auto profile = make_profile(traces.set, {});
  ASSERT_TRUE(profile);
  for (const CallsiteRow& row : profile->callsites) {
    const std::string& name = row.span.name;
    EXPECT_EQ(row.calls, 2U);
    EXPECT_EQ(row.on_path, name == "B" ? 0U : 2U);
    EXPECT_DOUBLE_EQ(row.own.all, name == "A" ? 40 : name == "B" ? 0 : 60) << name;
    EXPECT_DOUBLE_EQ(row.below.all, name == "A" ? 60 : 0) << name;
    EXPECT_DOUBLE_EQ(row.drag.all, name == "A" ? 40 : name == "B" ? 0 : 20) << name;
    EXPECT_DOUBLE_EQ(row.slack_mean_ns, name == "B" ? 20 : 0) << name;
  }
}

TEST(Profile, SaysWhatWouldFollow) {
  HandTraces traces(kMs);
  add_requests(traces, {.query = 400});
  ProfileOptions options;
  for (const char* const text : {"task-service/db: query=0.5", "lock=0", "no such=2"}) {
    auto what_if = parse_what_if(text);
    ASSERT_TRUE(what_if);
    options.what_ifs.push_back(*what_if);
  }
  const auto profile = make_profile(traces.set, options);
  ASSERT_TRUE(profile);
  // 5 + 1 + 3 + 2 + 3 + 10 + 1 + 5, of which 5 and 2 go; the slow ones have 200 of 400 left.
  ASSERT_EQ(profile->kind.p50_ns, std::int64_t{30} * 1'000'000);
  ASSERT_EQ(profile->what_ifs.size(), 4U);
  EXPECT_EQ(profile->what_ifs[0].p50_ns, std::int64_t{25} * 1'000'000);
  EXPECT_EQ(profile->what_ifs[0].p99_ns, std::int64_t{220} * 1'000'000);
  EXPECT_EQ(profile->what_ifs[1].p50_ns, std::int64_t{28} * 1'000'000);
  EXPECT_EQ(profile->what_ifs[2].callsites, 0U);
  EXPECT_TRUE(profile->what_ifs[3].is_total);
  EXPECT_EQ(profile->what_ifs[3].p50_ns, std::int64_t{23} * 1'000'000);
}

TEST(Profile, RefusesFactorsThatAreNone) {
  for (const char* const text : {"", "x", "=1", "x=", "x=-1", "x=1001", "x=nan", "x=1y"})
    EXPECT_FALSE(parse_what_if(text)) << text;
  const auto odd = parse_what_if("a/b=c=0.25");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->callsite, "a/b=c");
  EXPECT_EQ(odd->factor, 0.25);
}

TEST(Profile, IsOfOneKindOfRequests) {
  HandTraces traces;
  traces.add_trace({{"A", "", 0, 100}});
  for (int i = 0; i < 3; ++i) traces.add_trace({{"B", "", 0, 20, kServer, "T"}});
  const auto most = make_profile(traces.set, {});
  ASSERT_TRUE(most);
  EXPECT_EQ(most->kind.root.name, "A");
  ASSERT_EQ(most->other_kinds.size(), 1U);
  EXPECT_EQ(most->other_kinds[0].requests, 3U);
  EXPECT_EQ(make_profile(traces.set, {"B", {}})->kind.requests, 3U);
  EXPECT_EQ(make_profile(traces.set, {"T/B", {}})->kind.requests, 3U);
  EXPECT_FALSE(make_profile(traces.set, {"S/B", {}}));
}

TEST(Comparison, IsByCallsiteAndByPath) {
  HandTraces before, after;
  before.add_trace({{"A", "", 0, 100}, {"B", "A", 0, 50}, {"C", "A", 60, 100}});
  after.add_trace({{"A", "", 0, 120}, {"B", "A", 0, 50}, {"D", "A", 60, 120}});
  const Comparison both = compare(*make_profile(before.set, {}), *make_profile(after.set, {}));
  EXPECT_EQ(both.before.p50_ns, 100);
  EXPECT_EQ(both.after.p50_ns, 120);
  ASSERT_EQ(both.paths.size(), 4U);
  EXPECT_EQ(both.paths[0].path.back().name, "D");
  EXPECT_EQ(both.paths[0].path.front().name, "A");
  EXPECT_FALSE(both.paths[0].is_in_before);
  EXPECT_DOUBLE_EQ(both.paths[0].change_ns(), 60);
  EXPECT_EQ(both.callsites[1].path.back().name, "C");
  EXPECT_FALSE(both.callsites[1].is_in_after);
  EXPECT_DOUBLE_EQ(both.callsites[1].change_ns(), -40);
}

TEST(ProfileRender, ShowsTheCauseTheTablesAndWhatIsOdd) {
  HandTraces traces(kMs);
  add_requests(traces, {.query = 400});
  traces.add_trace({{"root", "", 0, 30, kServer, "api-gateway"}, {"lost", "nobody", 0, 1}});
  const auto profile = make_profile(traces.set, {});
  ASSERT_TRUE(profile);
  const std::string text = render_profile(*profile, find_cause(*profile), {120, false});
  for (const char* const part :
       {"api-gateway / root  101 requests", "P50 30.0 ms", "P99 420 ms",
        "The slow requests lose their time in the call task-service \"db: query\"",
        "task-service / db: query: call, other side unknown", "way there, queue"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  EXPECT_NE(render_remarks(*profile).find("1 span without their parents"), std::string::npos);
  const auto json = profile_json(*profile, find_cause(*profile));
  EXPECT_EQ(json["cause"]["kind"], "call");
  EXPECT_EQ(json["cause"]["service"], "task-service");
  EXPECT_EQ(json["input"]["orphans"], 1);
}

TEST(ProfileRender, FitsTheScreen) {
  HandTraces traces(kMs);
  add_requests(traces, {.query = 400});
  const auto profile = make_profile(traces.set, {"", {*parse_what_if("task-service/db: query=0")}});
  ASSERT_TRUE(profile);
  for (const std::size_t columns : {60U, 78U, 80U, 99U, 100U, 200U}) {
    const Screen screen{columns, false};
    std::istringstream text(render_profile(*profile, find_cause(*profile), screen) +
                            render_comparison(compare(*profile, *profile), screen));
    for (std::string line; std::getline(text, line);) {
      const bool is_headline = line.find("  P99 ") != std::string::npos;
      EXPECT_TRUE(is_headline || display_width(line) <= columns) << columns << ": " << line;
    }
  }
}

}  // namespace
}  // namespace nanospan::tools::analysis::testing
