#include "nanospan/bind_context.h"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "carry/executor.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;

constexpr ContextKey<std::string> kTenant("tenant");

TEST(BindContext, MakesSpansOfACallbackChildrenOfWhoBoundIt) {
  Recording recording;
  std::function<int(int)> callback;
  {
    NANOSPAN_SCOPE(outer, "outer");
    callback = bind_context([](int number) {
      NANOSPAN_SCOPE(inner, "inner");
      return number + 1;
    });
  }
  std::thread([&callback] {
    EXPECT_EQ(callback(1), 2);
    EXPECT_EQ(callback(2), 3);
    EXPECT_FALSE(current_context().has_span());
  }).join();
  const SpanData outer = recording.span("outer");
  const auto inner = recording.spans("inner");
  ASSERT_EQ(inner.size(), 2u);
  EXPECT_EQ(inner[0].parent_span_id, outer.span_id);
  EXPECT_EQ(inner[1].parent_span_id, outer.span_id);
  recording.expect_balanced_at_rest();
}

TEST(BindContext, TakesTracestateAndValuesAlong) {
  Recording recording;
  const Context context =
      Context(SpanContext{{1, 2}, {3}, {TraceFlags::kSampled}, true}, "vendor=1")
          .with(kTenant, std::string("acme"));
  const auto look = bind_context(context, [] {
    const Context here = current_context();
    return std::string(here.tracestate()) + " " + *here.get(kTenant);
  });
  const ContextScope other(Context::root().with(kTenant, std::string("other")));
  EXPECT_EQ(look(), "vendor=1 acme");
  EXPECT_EQ(*current_context().get(kTenant), "other");
}

TEST(BindContext, TakesCallablesThatAreMovedAndCalledOnce) {
  auto once = bind_context(
      [text = std::make_unique<std::string>("moved")]() mutable { return std::move(text); });
  auto moved = std::move(once);
  EXPECT_EQ(*std::move(moved)(), "moved");
}

TEST(BindContext, LeavesTheThreadAsItWasWhenTheCallThrows) {
  Recording recording;
  NANOSPAN_SCOPE(outer, "outer");
  const auto fails =
      bind_context(Context(SpanContext{{1, 2}, {3}, {}, true}), []() -> int { throw 7; });
  EXPECT_THROW((void)fails(), int);
  EXPECT_EQ(current_context().span_context(), outer.context());
}

TEST(BindContext, OfAnExecutorBindsAllThatItIsGiven) {
  Recording recording;
  test::Pool pool(2);
  {
    NANOSPAN_SCOPE(request, "request");
    const auto here = bind_context(pool);
    std::promise<void> done[2];
    for (std::promise<void>& each : done) {
      here.post([&each] {
        { NANOSPAN_SCOPE(step, "step"); }
        each.set_value();
      });
    }
    for (std::promise<void>& each : done) each.get_future().wait();
  }
  const SpanData request = recording.span("request");
  for (const SpanData& step : recording.spans("step"))
    EXPECT_EQ(step.parent_span_id, request.span_id);
  EXPECT_EQ(recording.spans("step").size(), 2u);
}

struct Inline {
  template <typename F>
  auto submit(F&& task, int priority) const {
    return std::forward<F>(task)() + priority;
  }
  template <typename F>
  void execute(F&& task) const {
    std::forward<F>(task)();
  }
};

TEST(BindContext, HandsOnWhatAnExecutorReturns) {
  Inline executor;
  const auto here = bind_context(executor);
  EXPECT_EQ(here.submit([] { return 40; }, 2), 42);
  bool ran = false;
  here.execute([&ran] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST(BindContext, WorksWithoutARecorder) {
  const auto look = bind_context(Context(SpanContext{{1, 2}, {3}, {}, true}),
                                 [] { return current_context().span_context().span_id; });
  EXPECT_EQ(look(), SpanId{3});
  EXPECT_FALSE(current_context().has_span());
}

}  // namespace
}  // namespace nanospan
