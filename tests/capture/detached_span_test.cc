#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "support/recording.h"
#include "support/threads.h"

namespace nanospan {
namespace {

using test::Recording;
using test::shown;

TEST(DetachedSpan, IsAChildOfTheCurrentOneButNotCurrent) {
  Recording recording;
  {
    NANOSPAN_SCOPE(outer, "outer");
    Span job = NANOSPAN_SPAN("job", {.kind = SpanKind::kProducer});
    EXPECT_TRUE(job.is_recording());
    NANOSPAN_SCOPE(inner, "inner");
  }
  EXPECT_EQ(recording.span("job").parent_span_id, recording.span("outer").span_id);
  EXPECT_EQ(recording.span("inner").parent_span_id, recording.span("outer").span_id);
  EXPECT_EQ(recording.span("job").kind, SpanKind::kProducer);
}

TEST(DetachedSpan, EndsOnAnotherThread) {
  Recording recording;
  Span span = NANOSPAN_SPAN("travels", {});
  const Context context = span.context();
  std::thread([moved = std::move(span)]() mutable {
    moved.set_attribute("there", true);
    moved.end();
  }).join();
  EXPECT_FALSE(span.is_recording());
  EXPECT_FALSE(span.context().has_span());
  const SpanData done = recording.span("travels");
  EXPECT_EQ(done.span_id, context.span_context().span_id);
  EXPECT_EQ(shown(done.attributes), "there=true");
  recording.expect_balanced_at_rest();
}

TEST(DetachedSpan, OutlivesTheThreadThatStartedIt) {
  Recording recording;
  std::optional<Span> span;
  std::thread([&] { span.emplace(NANOSPAN_SPAN("survivor", {})); }).join();
  span->set_attribute("still", "here");
  span->end();
  EXPECT_EQ(shown(recording.span("survivor").attributes), "still=\"here\"");
  EXPECT_EQ(recording.expect_balanced_at_rest().committed, 1u);
}

TEST(DetachedSpan, HasTheParentItIsGiven) {
  Recording recording;
  const Context remote(SpanContext{{0x11, 0x22}, {0x33}, {TraceFlags::kSampled}, true}, "v=1");
  const Context root = Context::root();
  NANOSPAN_SCOPE(outer, "outer");
  {
    Span child = NANOSPAN_SPAN("child", {}, {.parent = &remote});
    Span alone = NANOSPAN_SPAN("alone", {}, {.parent = &root});
    Span grandchild = NANOSPAN_SPAN("grandchild", {}, {.parent = &child.context()});
    EXPECT_EQ(child.context().tracestate(), "v=1");
  }
  const SpanData child = recording.span("child"), alone = recording.span("alone");
  EXPECT_EQ(child.trace_id, (TraceId{0x11, 0x22}));
  EXPECT_EQ(child.parent_span_id, SpanId{0x33});
  EXPECT_TRUE(child.parent_is_remote);
  EXPECT_EQ(child.tracestate, "v=1");
  EXPECT_FALSE(alone.parent_span_id.is_valid());
  EXPECT_NE(alone.trace_id, outer.context().trace_id);
  EXPECT_EQ(recording.span("grandchild").parent_span_id, child.span_id);
  EXPECT_EQ(recording.span("grandchild").trace_id, child.trace_id);
  EXPECT_FALSE(recording.span("grandchild").parent_is_remote);
}

TEST(DetachedSpan, TakesTheUsersTimes) {
  Recording recording;
  const auto at = [](std::int64_t ns) { return SystemTime{std::chrono::nanoseconds(ns)}; };
  {
    Span span = NANOSPAN_SPAN("past", {}, {.start_time = at(1'600'000'000'000'000'001)});
    span.end(at(1'600'000'100'000'000'002));
  }
  { Span span = NANOSPAN_SPAN("start only", {}, {.start_time = at(1'600'000'000'000'000'003)}); }
  {
    Span span = NANOSPAN_SPAN("end only", {});
    span.end(SystemTime::clock::now() + std::chrono::hours(1));
  }
  EXPECT_EQ(recording.span("past").start_unix_ns, 1'600'000'000'000'000'001);
  EXPECT_EQ(recording.span("past").end_unix_ns, 1'600'000'100'000'000'002);
  EXPECT_EQ(recording.span("start only").start_unix_ns, 1'600'000'000'000'000'003);
  EXPECT_GT(recording.span("start only").end_unix_ns, 1'700'000'000'000'000'000);
  const SpanData ahead = recording.span("end only");
  EXPECT_GT(ahead.end_unix_ns - ahead.start_unix_ns, std::int64_t{3'599} * 1'000'000'000);
}

TEST(DetachedSpan, TakesAttributesAndLinksAtItsStart) {
  Recording recording;
  const std::array<Attribute, 2> attributes{{{"a", 1}, {"b", "two"}}};
  const std::array<Attribute, 1> why{{{"why", "batch"}}};
  const std::array<Link, 2> links{
      {{{{1, 2}, {3}, {}, true}, "v=1", why}, {{{4, 5}, {6}, {}, false}}}};
  { Span span = NANOSPAN_SPAN("span", {}, {.attributes = attributes, .links = links}); }
  const SpanData span = recording.span("span");
  EXPECT_EQ(shown(span.attributes), "a=1 b=\"two\"");
  ASSERT_EQ(span.links.size(), 2u);
  EXPECT_EQ(span.links[0].tracestate, "v=1");
  EXPECT_EQ(shown(span.links[0].attributes), "why=\"batch\"");
  EXPECT_EQ(span.links[1].context.span_id, SpanId{6});
}

TEST(DetachedSpan, IsUsedByFourThreadsAtOnce) {
  SpanLimits limits;
  limits.attributes = 2000;
  RecorderOptions options;
  options.limits = limits;
  Recording recording(std::move(options));
  {
    Span span = NANOSPAN_SPAN("shared", {});
    test::run_threads(4, [&span](int t) {
      for (int i = 0; i < 250; ++i)
        span.set_attribute("t" + std::to_string(t) + "." + std::to_string(i), t * 1000 + i);
    });
  }
  const SpanData span = recording.span("shared");
  EXPECT_EQ(span.attributes.size() + span.dropped.attributes, 1000u);
  EXPECT_EQ(span.dropped.attributes, 0u);
  for (int t = 0; t < 4; ++t) {
    for (int i = 0; i < 250; ++i) {
      const auto* found = span.find_attribute("t" + std::to_string(t) + "." + std::to_string(i));
      ASSERT_NE(found, nullptr) << t << " " << i;
      EXPECT_EQ(found->number, t * 1000 + i);
    }
  }
  recording.expect_balanced_at_rest();
}

TEST(DetachedSpan, EndsOnceHoweverManyEndIt) {
  Recording recording;
  for (int round = 0; round < 200; ++round) {
    Span span = NANOSPAN_SPAN("contended", {});
    std::atomic<int> ready{0};
    const auto end = [&] {
      ready.fetch_add(1);
      while (ready.load() < 2) std::this_thread::yield();
      span.set_attribute("k", 1);
      span.end();
    };
    std::thread other(end);
    end();
    other.join();
    span.end();
  }
  EXPECT_EQ(recording.spans("contended").size(), 200u);
  EXPECT_EQ(recording.expect_balanced_at_rest().started, 200u);
}

TEST(DetachedSpan, AnAssignedHandleEndsWhatItHeld) {
  Recording recording;
  Span span = NANOSPAN_SPAN("first", {});
  span = NANOSPAN_SPAN("second", {});
  EXPECT_EQ(recording.spans("first").size(), 1u);
  EXPECT_EQ(recording.spans("second").size(), 0u);
  span = Span();
  EXPECT_EQ(recording.spans("second").size(), 1u);
  EXPECT_FALSE(Span().is_recording());
}

TEST(DetachedSpan, IgnoresWhatComesAfterItsEnd) {
  Recording recording;
  Span span = NANOSPAN_SPAN("span", {});
  const Context context = span.context();
  span.end();
  EXPECT_FALSE(span.is_recording());
  Span reuses_the_slot = NANOSPAN_SPAN("next", {});
  span.set_attribute("late", 1);
  span.add_event("late");
  span.set_status(StatusCode::kError);
  span.update_name("late");
  span.end();
  EXPECT_EQ(span.context().span_context(), context.span_context());
  reuses_the_slot.end();
  EXPECT_EQ(recording.span("next").attributes.size(), 0u);
  EXPECT_EQ(recording.span("next").status_code, StatusCode::kUnset);
  EXPECT_EQ(recording.span("span").attributes.size(), 0u);
}

TEST(DetachedSpan, SixteenThousandMayBeOpenAndMoreAreCounted) {
  Recording recording;
  constexpr std::size_t kMax = 16'384, kExtra = 100;
  std::vector<Span> spans;
  spans.reserve(kMax + kExtra);
  for (std::size_t i = 0; i < kMax + kExtra; ++i) spans.push_back(NANOSPAN_SPAN("open", {}));
  const Accounting open = recording.accounting();
  test::expect_balanced(open);
  EXPECT_EQ(open.started, kMax + kExtra);
  EXPECT_EQ(open.in_flight, kMax);
  EXPECT_EQ(open.lost_no_detached_slot, kExtra);
  EXPECT_FALSE(spans.back().is_recording());
  EXPECT_TRUE(spans.back().context().has_span());
  for (std::size_t i = 0; i < spans.size(); ++i) {
    spans[i].end();
    if (i % 1000 == 999) recording.flush();
  }
  const Accounting done = recording.expect_balanced_at_rest();
  EXPECT_EQ(done.in_flight, 0u);
  EXPECT_EQ(done.delivered, kMax);
}

// Its place is another span's by then, on another thread.
TEST(DetachedSpan, AHandleOfAnEndedOneChangesNoOther) {
  Recording recording;
  constexpr int kThreads = 4, kSpans = 300;
  test::run_threads(kThreads, [](int) {
    Span before;
    for (int i = 0; i < kSpans; ++i) {
      Span next = NANOSPAN_SPAN("job", {});
      before.set_attribute("late", 1);
      next.end();
      before = std::move(next);
    }
  });
  const auto jobs = recording.spans("job");
  EXPECT_EQ(jobs.size(), std::size_t{kThreads} * kSpans);
  for (const SpanData& job : jobs) EXPECT_TRUE(job.attributes.empty());
  recording.expect_balanced_at_rest();
}

TEST(DetachedSpan, StatusAndNameAndEvents) {
  Recording recording;
  {
    Span span = NANOSPAN_SPAN("job", {}, {});
    span.update_name("job 7");
    span.set_status(StatusCode::kError, "failed");
    span.add_event("retry", {{"attempt", 2}});
  }
  const SpanData span = recording.span("job 7");
  EXPECT_EQ(span.status_code, StatusCode::kError);
  EXPECT_EQ(span.status_text, "failed");
  EXPECT_EQ(shown(span.events.at(0).attributes), "attempt=2");
}

}  // namespace
}  // namespace nanospan
