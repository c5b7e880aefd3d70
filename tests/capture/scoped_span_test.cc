#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <set>
#include <thread>

#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;

TEST(ScopedSpan, IsAChildOfTheOneAroundItWithoutBeingTold) {
  Recording recording;
  {
    NANOSPAN_SCOPE(outer, "outer");
    {
      NANOSPAN_SCOPE(first, "first");
      NANOSPAN_SCOPE(inner, "inner");
    }
    NANOSPAN_SCOPE(second, "second");
  }
  const SpanData outer = recording.span("outer"), first = recording.span("first");
  const SpanData inner = recording.span("inner"), second = recording.span("second");
  EXPECT_TRUE(outer.trace_id.is_valid());
  EXPECT_FALSE(outer.parent_span_id.is_valid());
  EXPECT_EQ(first.parent_span_id, outer.span_id);
  EXPECT_EQ(inner.parent_span_id, first.span_id);
  EXPECT_EQ(second.parent_span_id, outer.span_id);
  for (const SpanData& child : {first, inner, second}) {
    EXPECT_EQ(child.trace_id, outer.trace_id);
    EXPECT_FALSE(child.parent_is_remote);
    EXPECT_GE(child.start_unix_ns, outer.start_unix_ns);
    EXPECT_LE(child.end_unix_ns, outer.end_unix_ns);
  }
}

TEST(ScopedSpan, BeginsANewTraceWhereNothingIsOpen) {
  Recording recording;
  for (int i = 0; i < 100; ++i) {
    NANOSPAN_SCOPE(root, "root");
  }
  std::set<TraceId> traces;
  std::set<SpanId> ids;
  for (const SpanData& span : recording.spans("root")) {
    traces.insert(span.trace_id);
    ids.insert(span.span_id);
    EXPECT_TRUE(span.trace_flags.sampled());
    EXPECT_TRUE(span.trace_flags.random());
  }
  EXPECT_EQ(traces.size(), 100u);
  EXPECT_EQ(ids.size(), 100u);
}

TEST(ScopedSpan, IsNotTheParentOfAnotherThreads) {
  Recording recording;
  NANOSPAN_SCOPE(here, "here");
  std::thread([] { NANOSPAN_SCOPE(there, "there"); }).join();
  EXPECT_FALSE(recording.span("there").parent_span_id.is_valid());
  EXPECT_NE(recording.span("there").trace_id, here.context().trace_id);
}

TEST(ScopedSpan, CarriesWhatItsCallsiteSays) {
  Recording recording;
  const auto line = __LINE__ + 2;
  {
    NANOSPAN_SCOPE(span, "GET /tasks",
                   {.kind = SpanKind::kServer,
                    .level = Level::kDebug,
                    .target = "http",
                    .scope = {"tasks.http", "1.2"}});
  }
  const SpanData span = recording.span("GET /tasks");
  EXPECT_EQ(span.kind, SpanKind::kServer);
  EXPECT_EQ(span.callsite.level, Level::kDebug);
  EXPECT_EQ(span.callsite.target, "http");
  EXPECT_EQ(span.callsite.scope_name, "tasks.http");
  EXPECT_EQ(span.callsite.scope_version, "1.2");
  EXPECT_NE(span.callsite.file.find("scoped_span_test.cc"), std::string::npos);
  EXPECT_EQ(span.callsite.function, "TestBody");
  // Compilers differ in which of a macro's lines is its line.
  EXPECT_GE(span.callsite.line, static_cast<unsigned>(line));
  EXPECT_LE(span.callsite.line, static_cast<unsigned>(line + 4));
}

TEST(ScopedSpan, KnowsItsThread) {
  Recording recording;
  std::uint64_t id = 0;
  std::thread thread([&] {
    pthread_setname_np(pthread_self(), "worker-7");
    id = static_cast<std::uint64_t>(gettid());
    NANOSPAN_SCOPE(span, "threaded");
  });
  thread.join();
  EXPECT_EQ(recording.span("threaded").thread.id, id);
  EXPECT_EQ(recording.span("threaded").thread.name, "worker-7");
}

TEST(ScopedSpan, EndsWhenToldAndIgnoresWhatComesLater) {
  Recording recording;
  {
    NANOSPAN_SCOPE(span, "early");
    EXPECT_TRUE(span.is_recording());
    span.set_attribute("before", 1);
    span.end();
    EXPECT_FALSE(span.is_recording());
    span.set_attribute("after", 2);
    span.add_event("after");
    span.set_status(StatusCode::kError, "after");
    span.update_name("after");
    span.end();
    NANOSPAN_SCOPE(next, "next");
  }
  const SpanData early = recording.span("early");
  EXPECT_EQ(test::shown(early.attributes), "before=1");
  EXPECT_TRUE(early.events.empty());
  EXPECT_EQ(early.status_code, StatusCode::kUnset);
  EXPECT_FALSE(recording.span("next").parent_span_id.is_valid());
  EXPECT_EQ(recording.accounting().committed, 2u);
}

TEST(ScopedSpan, MayEndBeforeItsChildren) {
  Recording recording;
  {
    NANOSPAN_SCOPE(outer, "outer");
    NANOSPAN_SCOPE(inner, "inner");
    outer.end();
    EXPECT_FALSE(outer.is_recording());
    EXPECT_TRUE(inner.is_recording());
    inner.set_attribute("alive", true);
    NANOSPAN_SCOPE(below, "below");
  }
  { NANOSPAN_SCOPE(next, "next"); }
  EXPECT_EQ(recording.span("inner").parent_span_id, recording.span("outer").span_id);
  EXPECT_EQ(test::shown(recording.span("inner").attributes), "alive=true");
  EXPECT_EQ(recording.span("below").parent_span_id, recording.span("inner").span_id);
  EXPECT_FALSE(recording.span("next").parent_span_id.is_valid());
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.committed, 4u);
  EXPECT_EQ(sum.in_flight, 0u);
}

TEST(ScopedSpan, ChildrenMayAllEndInTheOrderOfTheirStart) {
  Recording recording;
  {
    NANOSPAN_SCOPE(a, "a");
    NANOSPAN_SCOPE(b, "b");
    NANOSPAN_SCOPE(c, "c");
    a.end();
    b.end();
    NANOSPAN_SCOPE(d, "d");
    c.end();
    d.end();
    EXPECT_FALSE(current_context().has_span());
    NANOSPAN_SCOPE(root, "root");
  }
  EXPECT_EQ(recording.span("d").parent_span_id, recording.span("c").span_id);
  EXPECT_FALSE(recording.span("root").parent_span_id.is_valid());
  EXPECT_EQ(recording.expect_balanced_at_rest().committed, 5u);
}

TEST(ScopedSpan, MayEndBeforeAContextScopeInsideIt) {
  Recording recording;
  {
    NANOSPAN_SCOPE(outer, "outer");
    const ContextScope scope(Context(SpanContext{{1, 2}, {3}, {TraceFlags::kSampled}, true}));
    outer.end();
    NANOSPAN_SCOPE(inner, "inner");
  }
  EXPECT_FALSE(current_context().has_span());
  EXPECT_EQ(recording.span("inner").parent_span_id, SpanId{3});
}

TEST(ScopedSpan, MayEndBeforeItsChildrenUnrecordedToo) {
  RecorderOptions options;
  options.sampler = always_off();
  Recording recording(std::move(options));
  for (int i = 0; i < 100; ++i) {
    NANOSPAN_SCOPE(outer, "outer");
    NANOSPAN_SCOPE(inner, "inner");
    outer.end();
  }
  EXPECT_FALSE(current_context().has_span());
  EXPECT_EQ(recording.expect_balanced_at_rest().sampled_out, 200u);
}

TEST(ScopedSpan, HasItsContextWhileItIsOpen) {
  Recording recording;
  NANOSPAN_SCOPE(span, "span");
  const SpanContext context = span.context();
  EXPECT_TRUE(context.is_valid());
  EXPECT_TRUE(context.flags.sampled());
  EXPECT_FALSE(context.is_remote);
  EXPECT_EQ(current_context().span_context(), context);
  span.end();
  EXPECT_EQ(recording.span("span").span_id, context.span_id);
  EXPECT_EQ(recording.span("span").trace_id, context.trace_id);
}

TEST(ScopedSpan, TakesAnotherName) {
  Recording recording;
  {
    NANOSPAN_SCOPE(span, "GET");
    span.update_name("GET /tasks/{id}");
    span.update_name(std::string("GET /") + "users");
  }
  EXPECT_EQ(recording.span("GET /users").callsite.name, "GET");
}

TEST(ScopedSpan, LeavesTheUsersScopeAlone) {
  Recording recording;
  const int slot = 1, site = 2, lane = 3;
  NANOSPAN_SCOPE(a, "a");
  NANOSPAN_SCOPE(b, "b");
  EXPECT_EQ(slot + site + lane, 6);
  if (site == 2) NANOSPAN_SCOPE(unbraced, "unbraced");
  EXPECT_EQ(recording.span("unbraced").parent_span_id, b.context().span_id);
}

TEST(ScopedSpan, StatusKeepsTheSpecificationsOrder) {
  Recording recording;
  {
    NANOSPAN_SCOPE(span, "unset");
    span.set_status(StatusCode::kUnset, "ignored");
  }
  {
    NANOSPAN_SCOPE(span, "error");
    span.set_status(StatusCode::kError, "first");
    span.set_status(StatusCode::kError, "timeout");
    span.set_status(StatusCode::kUnset, "ignored");
  }
  {
    NANOSPAN_SCOPE(span, "ok");
    span.set_status(StatusCode::kError, "failed");
    span.set_status(StatusCode::kOk, "dropped");
    span.set_status(StatusCode::kError, "too late");
    span.set_status(StatusCode::kUnset);
  }
  EXPECT_EQ(recording.span("unset").status_code, StatusCode::kUnset);
  EXPECT_EQ(recording.span("error").status_code, StatusCode::kError);
  EXPECT_EQ(recording.span("error").status_text, "timeout");
  EXPECT_EQ(recording.span("ok").status_code, StatusCode::kOk);
  EXPECT_EQ(recording.span("ok").status_text, "");
}

TEST(ScopedSpan, NestsToSixtyFourAndCountsWhatIsDeeper) {
  Recording recording;
  constexpr int kDepth = 10'000;
  static constinit detail::Callsite site("level", __FILE__, __LINE__, "");
  std::vector<std::unique_ptr<ScopedSpan>> open;
  for (int depth = 1; depth <= kDepth; ++depth) {
    open.push_back(std::make_unique<ScopedSpan>(site));
    open.back()->set_attribute("depth", depth);
  }
  while (!open.empty()) open.pop_back();
  { NANOSPAN_SCOPE(after, "after"); }
  EXPECT_EQ(recording.spans("level").size(), 64u);
  EXPECT_FALSE(recording.span("after").parent_span_id.is_valid());
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.started, kDepth + 1u);
  EXPECT_EQ(sum.lost_too_deep, kDepth - 64u);
}

// Spans beside it and inside it are on its own clock, so that the order holds to the tick.
TEST(ScopedSpan, LastsAsLongAsItsScope) {
  using std::chrono::steady_clock;
  Recording recording;
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  { NANOSPAN_SCOPE(span, "earlier"); }
  {
    NANOSPAN_SCOPE(span, "timed");
    { NANOSPAN_SCOPE(inside, "first"); }
    const auto entered = steady_clock::now();
    while (steady_clock::now() - entered < std::chrono::microseconds(10)) {
    }
    { NANOSPAN_SCOPE(inside, "last"); }
  }
  { NANOSPAN_SCOPE(span, "later"); }
  const SpanData timed = recording.span("timed");
  EXPECT_LE(recording.span("earlier").end_unix_ns, timed.start_unix_ns);
  EXPECT_LE(timed.start_unix_ns, recording.span("first").start_unix_ns);
  EXPECT_LT(recording.span("first").end_unix_ns, recording.span("last").start_unix_ns);
  EXPECT_LE(recording.span("last").end_unix_ns, timed.end_unix_ns);
  EXPECT_LE(timed.end_unix_ns, recording.span("later").start_unix_ns);
  // How exact the conversion is, the clock's tests say; here: of this hour, in nanoseconds.
  const auto hours = [](auto time) {
    return static_cast<double>(std::chrono::duration_cast<std::chrono::hours>(time).count());
  };
  EXPECT_LE(std::abs(hours(std::chrono::nanoseconds(timed.start_unix_ns)) - hours(before)), 1);
}

}  // namespace
}  // namespace nanospan
