// Traces whose critical path is known because they are built around it, and sets that are none.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "analysis/cause.h"
#include "analysis/compare.h"
#include "analysis/trace_list.h"
#include "analyze/profile_render.h"
#include "tools/analysis/hand_traces.h"
#include "view/waterfall.h"
#include "view/waterfall_rows.h"

namespace nanospan::tools::analysis::testing {
namespace {

using Times = std::map<std::string, std::int64_t>;

// A span gets children one after the other, with time of its own around each, and beside each of
// them at times one that ends within it: that one is never waited for. What is left is its own.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  void make(std::int64_t duration) { fill(add("", 0, duration), true, 4); }

  std::vector<HandSpan> spans;
  Times own;                   // of those on the path, by name
  std::set<std::string> path;  // their names

 private:
  std::int64_t pick(std::int64_t from, std::int64_t to) {
    return std::uniform_int_distribution<std::int64_t>(from, to)(random_);
  }
  std::size_t add(const std::string& parent, std::int64_t start, std::int64_t end) {
    spans.push_back({"s" + std::to_string(spans.size()), parent, start, end});
    return spans.size() - 1;
  }
  void fill(std::size_t at, bool on_path, int levels) {
    const HandSpan here = spans[at];
    const std::int64_t duration = here.end - here.start;
    std::int64_t left = duration;
    const std::int64_t step = duration / 4;
    const std::int64_t children = levels == 0 || duration < 1000 ? 0 : pick(0, 3);
    for (std::int64_t i = 0; i < children; ++i) {
      const std::int64_t from = here.start + i * step;
      const std::int64_t start = from + pick(1, step / 4);
      const std::int64_t end = from + step - pick(1, step / 4);
      fill(add(here.name, start, end), on_path, levels - 1);
      left -= end - start;
      // It reaches far into the one that is waited for, and ends before that does.
      if (pick(0, 1) == 0)
        fill(add(here.name, start + pick(0, 3), end - pick(1, step / 16)), false, levels - 1);
    }
    if (!on_path) return;
    path.insert(here.name);
    if (left != 0) own[here.name] = left;
  }

  std::mt19937_64 random_;
};

TEST(GeneratedTraces, HaveThePathThatTheyWereBuiltAround) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Generator generator(seed);
    generator.make(1'000'000);
    std::mt19937_64 order(seed);
    std::shuffle(generator.spans.begin() + 1, generator.spans.end(), order);
    HandTraces traces;
    traces.add_trace(generator.spans);
    Worked worked(traces.set);
    const auto nodes = worked.nodes();
    ASSERT_EQ(std::set<std::string>(nodes.begin(), nodes.end()), generator.path);
    ASSERT_EQ(worked.own(), generator.own);
    const Times slacks = worked.slacks();
    for (const std::string& name : nodes) {
      ASSERT_EQ(slacks.at(name), 0) << name;
      // Without siblings to take over, it saves what it does itself; with them, not more.
      ASSERT_LE(worked.drag(name), generator.own[name]) << name;
    }
    ASSERT_EQ(worked.drag("s0"), generator.own["s0"]);
  }
}

// What a span may grow is what its trace has room for: one more, and the request is longer.
TEST(GeneratedTraces, SlackIsExact) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Generator generator(seed);
    generator.make(100'000);
    HandTraces traces;
    traces.add_trace(generator.spans);
    Worked worked(traces.set);
    const Times slacks = worked.slacks();
    for (const HandSpan& span : generator.spans) {
      const std::int64_t self = worked.drag(span.name);
      std::vector<double> factors(traces.set.callsite_count(), 1.0);
      const bool is_leaf =
          std::none_of(generator.spans.begin(), generator.spans.end(),
                       [&](const HandSpan& other) { return other.parent == span.name; });
      if (!is_leaf || span.end - span.start < 10 || self < 0) continue;
      std::size_t at = 0;
      while (traces.set.text(
                 traces.set.callsite(CallsiteId{static_cast<std::uint32_t>(at)}).name) != span.name)
        ++at;
      const auto duration = static_cast<double>(span.end - span.start);
      const auto grown = [&](std::int64_t by) {
        factors[at] = (duration + static_cast<double>(by)) / duration;
        return worked.retiming.duration_ns(factors);
      };
      ASSERT_EQ(grown(slacks.at(span.name)), 100'000) << span.name;
      ASSERT_EQ(grown(slacks.at(span.name) + 7), 100'007) << span.name;
    }
  }
}

NewSpan hostile_span(std::mt19937_64& random) {
  const auto pick = [&](std::uint64_t below) { return random() % below; };
  const auto time = [&]() -> std::uint64_t {
    switch (pick(6)) {
      case 0:
        return 0;
      case 1:
        return UINT64_MAX - pick(5);
      case 2:
        return random();
      default:
        return kBaseNs + pick(1000);
    }
  };
  NewSpan span;
  span.trace = {0, pick(4)};
  span.span_id = pick(40);
  span.parent_id = pick(40);
  span.start_unix_ns = time();
  span.end_unix_ns = time();
  span.kind = static_cast<SpanKind>(pick(8));
  span.status = static_cast<StatusCode>(pick(3));
  span.flags = static_cast<std::uint8_t>(pick(8) == 0 ? analysis_flag::kUnfinished : 0);
  span.resend_count = static_cast<std::uint32_t>(pick(3));
  return span;
}

// Returns how many it took.
std::uint64_t add_hostile_spans(TraceSet& set, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uint64_t added = 0;
  for (std::uint64_t i = 0; i < 1 + seed % 90; ++i) {
    NewSpan span = hostile_span(random);
    span.service = set.intern("service" + std::to_string(random() % 3));
    span.name = set.intern("\x1b[31m" + std::to_string(random() % 5) + "\xff");
    if (set.add(span)) ++added;
  }
  return added;
}

TEST(HostileSets, AreShownWithEachOfTheirSpansOnce) {
  std::uint64_t shifted = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    TraceSet set;
    add_hostile_spans(set, seed);
    const TraceTrees trees(set);
    const TraceList list(trees);
    for (std::size_t rank = 0; rank < list.size(); ++rank) {
      const ShownTrace trace(trees, ClockSkew(trees), list.root(rank));
      shifted += trace.shifted();
      std::vector<std::uint32_t> seen(trace.size(), 0);
      ASSERT_TRUE(WaterfallRows(trace, true).for_each([&](const WaterfallRow& row) {
        if (row.span != ShownTrace::kNone) ++seen[row.span];
        return true;
      }));
      ASSERT_EQ(std::count(seen.begin(), seen.end(), 1U), trace.size());
      for (std::uint32_t at = 0; at < trace.size(); ++at) {
        ASSERT_GE(trace[at].start_ns, trace.start_ns());
        ASSERT_LE(trace.end_ns(at), trace.end_ns());
      }
      const bool is_whole = render_waterfall(trace, list.summary(rank), {{60, false, false}, false},
                                             [](const std::string& line) {
                                               EXPECT_EQ(line.find('\x1b'), std::string::npos);
                                               return true;
                                             });
      ASSERT_TRUE(is_whole);
    }
  }
  EXPECT_GT(shifted, 0U);
}

TEST(HostileSets, AreReportedAndNeverCrash) {
  std::uint64_t requests = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    TraceSet set;
    const std::uint64_t added = add_hostile_spans(set, seed);
    ProfileOptions options;
    options.what_ifs.push_back({"2x", "service1/x", 2});
    const auto profile = make_profile(set, options);
    if (!profile) continue;
    requests += profile->kind.requests;
    ASSERT_EQ(profile->spans + profile->trees.duplicates, added);
    // The sections of all requests are the requests' time, and so is the callsites' own.
    double sections = 0, own = 0;
    for (const SectionRow& row : profile->sections) sections += row.time.all;
    for (const CallsiteRow& row : profile->callsites) own += row.own.all;
    ASSERT_NEAR(sections, profile->duration.all, 1 + profile->duration.all * 1e-9);
    ASSERT_NEAR(own, profile->duration.all, 1 + profile->duration.all * 1e-9);
    for (const CallsiteRow& row : profile->callsites) {
      ASSERT_GE(row.slack_min_ns, 0);
      ASSERT_GE(row.drag.all, 0);
      ASSERT_LE(row.drag.all, row.own.all + 1);
    }
    const Cause cause = find_cause(*profile);
    const std::string text = render_profile(*profile, cause, {80, false}) +
                             render_remarks(*profile) +
                             render_comparison(compare(*profile, *profile), {80, false});
    ASSERT_EQ(text.find('\x1b'), std::string::npos);
    ASSERT_FALSE(profile_json(*profile, cause).empty());
  }
  EXPECT_GT(requests, 100U);
}

}  // namespace
}  // namespace nanospan::tools::analysis::testing
