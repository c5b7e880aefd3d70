// Fibers are played: a switch is a call of swap_context(), and what a fiber has open is held by
// hand. That is all that the library sees of one.
#include "nanospan/swap_context.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "nanospan/fiber_span.h"
#include "nanospan/scope.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;

constexpr ContextKey<std::string> kTenant("tenant");

Context remote(std::uint64_t id) {
  return Context(SpanContext{{id, id}, {id}, {TraceFlags::kSampled}, true}, "v=1");
}
SpanId current_id() {
  return current_context().span_context().span_id;
}

detail::Callsite& left_open_site() {
  static constinit detail::Callsite site("left open", __FILE__, __LINE__, "");
  return site;
}

// A fiber that is switched out with a span open, which ends whenever it is told to.
struct LeftOpen {
  explicit LeftOpen(Context begin) : fiber(std::move(begin)) {
    const Context main = swap_context(fiber);
    open = std::make_unique<ScopedSpan>(left_open_site());
    fiber = swap_context(main);
    EXPECT_FALSE(current_context().has_span());
  }
  Context fiber;
  std::unique_ptr<ScopedSpan> open;
};

TEST(SwapContext, PutsOneInAndGivesBackTheOther) {
  Recording recording;
  NANOSPAN_SCOPE(worker, "worker");
  const Context main = swap_context(remote(7).with(kTenant, std::string("acme")));
  EXPECT_EQ(main.span_context(), worker.context());
  EXPECT_EQ(current_id(), SpanId{7});
  EXPECT_EQ(current_context().tracestate(), "v=1");
  EXPECT_EQ(*current_context().get(kTenant), "acme");
  const Context fiber = swap_context(main);
  EXPECT_EQ(fiber.span_context().span_id, SpanId{7});
  EXPECT_EQ(fiber.tracestate(), "v=1");
  EXPECT_EQ(*fiber.get(kTenant), "acme");
  EXPECT_EQ(current_context().span_context(), worker.context());
  EXPECT_EQ(current_context().get(kTenant), nullptr);
}

TEST(SwapContext, FromFiberToFiberAndBack) {
  Recording recording;
  Context first = remote(1), second = remote(2).with(kTenant, std::string("second"));
  const Context main = swap_context(first);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(current_id(), SpanId{1});
    EXPECT_EQ(current_context().get(kTenant), nullptr);
    first = swap_context(second);
    EXPECT_EQ(current_id(), SpanId{2});
    EXPECT_EQ(*current_context().get(kTenant), "second");
    { NANOSPAN_SCOPE(step, "step"); }
    second = swap_context(first);
  }
  (void)swap_context(main);
  EXPECT_FALSE(current_context().has_span());
  for (const SpanData& step : recording.spans("step")) EXPECT_EQ(step.parent_span_id, SpanId{2});
  recording.expect_balanced_at_rest();
}

TEST(SwapContext, KeepsTheSchedulersScopes) {
  Recording recording;
  {
    NANOSPAN_SCOPE(worker, "worker");
    Context fiber = remote(1);
    for (int i = 0; i < 3; ++i) {
      NANOSPAN_SCOPE(round, "round");
      const Context main = swap_context(fiber);
      { NANOSPAN_SCOPE(step, "step"); }
      fiber = swap_context(main);
      NANOSPAN_SCOPE(poll, "poll");
    }
  }
  EXPECT_EQ(recording.spans("step").size(), 3u);
  const auto rounds = recording.spans("round");
  ASSERT_EQ(rounds.size(), 3u);
  for (const SpanData& round : rounds) {
    EXPECT_EQ(round.parent_span_id, recording.span("worker").span_id);
    ASSERT_EQ(recording.store().children_of(round.span_id).size(), 1u);
    EXPECT_EQ(recording.store().children_of(round.span_id)[0].name, "poll");
  }
  EXPECT_EQ(recording.expect_balanced_at_rest().lost_abandoned, 0u);
}

TEST(SwapContext, ASpanLeftOpenAtASwitchIsGivenUpAndCounted) {
  Recording recording;
  LeftOpen left(remote(1));
  EXPECT_EQ(left.fiber.span_context().span_id, SpanId{1});  // not the span that is no more
  std::thread([&left] {
    const Context other = swap_context(left.fiber);
    { NANOSPAN_SCOPE(next, "next"); }
    left.open->set_attribute("late", 1);
    left.open.reset();
    EXPECT_EQ(current_id(), SpanId{1});
    (void)swap_context(other);
    EXPECT_FALSE(current_context().has_span());
  }).join();
  EXPECT_EQ(recording.span("next").parent_span_id, SpanId{1});
  EXPECT_EQ(recording.spans("left open").size(), 0u);
  EXPECT_EQ(recording.expect_balanced_at_rest().lost_abandoned, 1u);
}

TEST(SwapContext, TheEndOfAGivenUpSpanHarmsNoneThatHasItsPlace) {
  Recording recording;
  LeftOpen left(remote(1));
  {
    NANOSPAN_SCOPE(first, "first");
    NANOSPAN_SCOPE(second, "second");
    left.open.reset();
    EXPECT_EQ(current_context().span_context(), second.context());
  }
  EXPECT_EQ(recording.spans("first").size(), 1u);
  EXPECT_EQ(recording.spans("second").size(), 1u);
  recording.expect_balanced_at_rest();
}

// On the thread where it began it may take another's level, so that much is not promised.
TEST(SwapContext, TheLateEndOfASpanNotSampledDoesNothingOnAnotherThread) {
  RecorderOptions options;
  options.sampler = parent_based(always_off());
  Recording recording(std::move(options));
  LeftOpen left(Context::root());
  EXPECT_FALSE(left.open->is_recording());
  std::thread([&left] {
    const Context other = swap_context(remote(1));
    {
      NANOSPAN_SCOPE(first, "first");
      left.open->set_attribute("late", 1);
      left.open.reset();
      EXPECT_EQ(current_context().span_context(), first.context());
    }
    EXPECT_EQ(current_id(), SpanId{1});
    (void)swap_context(other);
  }).join();
  EXPECT_EQ(recording.span("first").parent_span_id, SpanId{1});
  EXPECT_EQ(recording.expect_balanced_at_rest().lost_abandoned, 0u);
}

TEST(ContextTurn, AContextScopeLeftOpenGoesWithTheTurnWithoutARecorderToo) {
  constexpr ContextKey<int> kKey("key");
  std::optional<ContextScope> open;
  {
    const ContextTurn turn(remote(1).with(kKey, 1));
    open.emplace(remote(2).with(kKey, 2));
  }
  EXPECT_FALSE(current_context().has_span());
  EXPECT_EQ(current_context().get(kKey), nullptr);
  open.reset();
  EXPECT_FALSE(current_context().has_span());
  EXPECT_EQ(current_context().get(kKey), nullptr);
}

TEST(FiberSpan, ThatIsNotRecordedChangesNoThreadWhereItIsDestroyed) {
  constexpr ContextKey<int> kKey("key");
  static constinit detail::Callsite site("span", "file.cc", 1, "f");
  std::optional<FiberSpan> span;
  {
    const ContextTurn turn(Context::root().with(kKey, 1));
    span.emplace(site);
  }
  span.reset();
  EXPECT_EQ(current_context().get(kKey), nullptr);
}

TEST(FiberSpan, ThatIsOffIsNotTakenForTheSchedulerWhoseContextItHas) {
  Recording recording;
  static constinit detail::Callsite off("off", "file.cc", 1, "f");
  off.state = detail::kCallsiteOff;
  {
    NANOSPAN_SCOPE(worker, "worker");
    Context fiber = current_context();
    Context main = swap_context(fiber);
    std::optional<FiberSpan> span(std::in_place, off);
    fiber = swap_context(main);  // it waits
    EXPECT_EQ(current_context().span_context(), worker.context());
    {
      NANOSPAN_SCOPE(turn, "turn");
      main = swap_context(fiber);
      span.reset();
      fiber = swap_context(main);
      EXPECT_EQ(current_context().span_context(), turn.context());
    }
  }
  EXPECT_EQ(recording.span("turn").parent_span_id, recording.span("worker").span_id);
  EXPECT_EQ(recording.expect_balanced_at_rest().lost_abandoned, 0u);
}

// Its values would dangle if its end put back what it found, on that thread or on this one.
TEST(SwapContext, AContextScopeLeftOpenStaysInForceAndItsEndDoesNothing) {
  Recording recording;
  Context fiber = remote(1).with(kTenant, std::string("outer"));
  const Context main = swap_context(fiber);
  std::optional<ContextScope> open(std::in_place, remote(2).with(kTenant, std::string("inner")));
  fiber = swap_context(main);
  EXPECT_EQ(current_context().get(kTenant), nullptr);
  std::thread([&] {
    const Context other = swap_context(fiber);
    fiber = Context::root();
    EXPECT_EQ(current_id(), SpanId{2});
    open.reset();
    EXPECT_EQ(current_id(), SpanId{2});
    EXPECT_EQ(*current_context().get(kTenant), "inner");
    (void)swap_context(other);
    EXPECT_EQ(current_context().get(kTenant), nullptr);
  }).join();
}

TEST(FiberScope, IsCurrentThroughSwitchesAndThreads) {
  Recording recording;
  Context fiber = remote(1);
  Context main = swap_context(fiber);
  {
    auto span = std::make_unique<Span>(NANOSPAN_SPAN("fiber's", {}));
    auto scope = std::make_unique<FiberScope>(span->context());
    fiber = swap_context(main);
    EXPECT_FALSE(current_context().has_span());
    std::thread([&] {
      const Context other = swap_context(fiber);
      { NANOSPAN_SCOPE(step, "step"); }
      scope.reset();
      EXPECT_EQ(current_id(), SpanId{1});
      span.reset();
      fiber = swap_context(other);
      EXPECT_FALSE(current_context().has_span());
    }).join();
  }
  EXPECT_EQ(recording.span("fiber's").parent_span_id, SpanId{1});
  EXPECT_EQ(recording.span("step").parent_span_id, recording.span("fiber's").span_id);
  EXPECT_EQ(recording.expect_balanced_at_rest().lost_abandoned, 0u);
}

TEST(SwapContext, LeavesNoTraceOfAContextScopeLeftOpenWithoutARecorder) {
  const Context main = swap_context(remote(1).with(kTenant, std::string("outer")));
  auto open = std::make_unique<ContextScope>(remote(2).with(kTenant, std::string("inner")));
  Context fiber = swap_context(main);
  EXPECT_FALSE(current_context().has_span());
  EXPECT_EQ(fiber.span_context().span_id, SpanId{2});
  open.reset();
  (void)swap_context(std::exchange(fiber, Context::root()));
  EXPECT_EQ(current_id(), SpanId{2});
  (void)swap_context(main);
  EXPECT_FALSE(current_context().has_span());
  EXPECT_EQ(current_context().get(kTenant), nullptr);
}

TEST(SwapContext, WorksWithoutARecorder) {
  Context main = swap_context(remote(1).with(kTenant, std::string("acme")));
  EXPECT_FALSE(main.has_span());
  EXPECT_EQ(current_id(), SpanId{1});
  const Context fiber = swap_context(main);
  EXPECT_EQ(fiber.span_context().span_id, SpanId{1});
  EXPECT_EQ(*fiber.get(kTenant), "acme");
  EXPECT_FALSE(current_context().has_span());
  EXPECT_EQ(current_context().get(kTenant), nullptr);
}

TEST(SwapContext, OfAThreadThatEndsInAFiberLeavesNothing) {
  Recording recording;
  std::thread([] { (void)swap_context(remote(1).with(kTenant, std::string("acme"))); }).join();
  recording.expect_balanced_at_rest();
}

}  // namespace
}  // namespace nanospan
