// Coroutines of a traced promise, resumed by hand.
#include "nanospan/coroutine.h"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "carry/executor.h"
#include "support/recording.h"

nanospan::test::Task disabled_task(nanospan::test::Pool& pool, int& steps);

namespace nanospan {
namespace {

using test::Recording;
using test::Task;

constexpr ContextKey<std::string> kTenant("tenant");

SpanId current_id() {
  return current_context().span_context().span_id;
}
Task three_steps(std::suspend_always pause) {
  NANOSPAN_TASK(span, "task", {.kind = SpanKind::kClient});
  span.set_attribute("key", 1);
  { NANOSPAN_SCOPE(step, "step"); }
  co_await pause;
  { NANOSPAN_SCOPE(step, "step"); }
  co_await pause;
  { NANOSPAN_SCOPE(step, "step"); }
  EXPECT_EQ(current_context().span_context(), span.context().span_context());
}

TEST(TracedPromise, CarriesItsSpanToWhoeverResumes) {
  Recording recording;
  {
    std::optional<Task> task;
    {
      NANOSPAN_SCOPE(caller, "caller");
      task.emplace(three_steps({}));
      task->resume();
      EXPECT_EQ(current_context().span_context(), caller.context());
    }
    EXPECT_FALSE(current_context().has_span());
    std::thread([&task] {
      task->resume();
      EXPECT_FALSE(current_context().has_span());
    }).join();
    NANOSPAN_SCOPE(other, "other");
    task->resume();
    EXPECT_TRUE(task->is_done());
    EXPECT_EQ(current_context().span_context(), other.context());
  }
  const SpanData span = recording.span("task");
  EXPECT_EQ(span.kind, SpanKind::kClient);
  EXPECT_EQ(span.parent_span_id, recording.span("caller").span_id);
  ASSERT_NE(span.find_attribute("key"), nullptr);
  const auto steps = recording.spans("step");
  ASSERT_EQ(steps.size(), 3u);
  for (const SpanData& step : steps) EXPECT_EQ(step.parent_span_id, span.span_id);
  recording.expect_balanced_at_rest();
}

Task looks_at_values(std::suspend_always pause) {
  EXPECT_EQ(*current_context().get(kTenant), "acme");
  NANOSPAN_TASK(span, "span");
  EXPECT_EQ(*current_context().get(kTenant), "acme");
  co_await pause;
  EXPECT_EQ(*current_context().get(kTenant), "acme");
  EXPECT_EQ(current_context().tracestate(), "v=1");
}

TEST(TracedPromise, CarriesValuesAndTracestateOfItsCaller) {
  for (const bool records : {true, false}) {
    std::optional<Recording> recording;
    if (records) recording.emplace();
    std::optional<Task> task;
    {
      const Context remote(SpanContext{{1, 2}, {3}, {TraceFlags::kSampled}, true}, "v=1");
      const ContextScope scope(remote.with(kTenant, std::string("acme")));
      task.emplace(looks_at_values({}));
    }
    task->resume();
    EXPECT_EQ(current_context().get(kTenant), nullptr);
    std::thread([&task] {
      task->resume();
      EXPECT_EQ(current_context().get(kTenant), nullptr);
    }).join();
    EXPECT_TRUE(task->is_done());
  }
}

// The child alone is known to who resumes it.
struct Paused {
  std::coroutine_handle<>& resume_me;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> frame) const noexcept { resume_me = frame; }
  void await_resume() const noexcept {}
};

Task failing_child(std::coroutine_handle<>& inside) {
  NANOSPAN_TASK(span, "child");
  co_await Paused{inside};
  throw std::runtime_error("no reply");
}

Task catching_parent(std::coroutine_handle<>& inside) {
  NANOSPAN_TASK(span, "parent");
  {
    NANOSPAN_TASK(inner, "inner");
    Task waiting = failing_child(inside);
    bool failed = false;
    try {
      co_await waiting;
    } catch (const std::runtime_error&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
    EXPECT_EQ(current_id(), inner.context().span_context().span_id);
  }
  EXPECT_EQ(current_id(), span.context().span_context().span_id);
}

TEST(TracedPromise, ReturnsToItsParentByTransferWithTheParentsContext) {
  Recording recording;
  {
    std::coroutine_handle<> inside;
    const Task task = catching_parent(inside);
    task.resume();
    EXPECT_FALSE(current_context().has_span());
    std::thread([&inside] {
      inside.resume();
      EXPECT_FALSE(current_context().has_span());
    }).join();
    EXPECT_TRUE(task.is_done());
  }
  const SpanData child = recording.span("child"), inner = recording.span("inner");
  EXPECT_EQ(child.parent_span_id, inner.span_id);
  EXPECT_EQ(inner.parent_span_id, recording.span("parent").span_id);
  EXPECT_EQ(child.status_code, StatusCode::kError);
  EXPECT_EQ(inner.status_code, StatusCode::kUnset);
  EXPECT_EQ(recording.span("parent").status_code, StatusCode::kUnset);
  EXPECT_EQ(recording.expect_balanced_at_rest().in_flight, 0u);
}

TEST(TracedPromise, DestroyedWhileSuspendedEndsItsSpansAndTouchesNoThread) {
  Recording recording;
  {
    NANOSPAN_SCOPE(mine, "mine");
    {
      std::coroutine_handle<> inside;
      const Task task = catching_parent(inside);
      task.resume();
      EXPECT_EQ(current_context().span_context(), mine.context());
    }
    EXPECT_EQ(current_context().span_context(), mine.context());
    std::optional<Task> elsewhere(three_steps({}));
    elsewhere->resume();
    std::thread([&elsewhere] {
      const ContextScope other(Context(SpanContext{{1, 2}, {9}, {}, true}));
      elsewhere.reset();
      EXPECT_EQ(current_id(), SpanId{9});
    }).join();
  }
  for (const char* name : {"parent", "inner", "child", "task"})
    EXPECT_EQ(recording.span(name).status_code, StatusCode::kUnset) << name;
  EXPECT_EQ(recording.expect_balanced_at_rest().in_flight, 0u);
}

// Who destroys it is unwinding; the coroutine is not.
TEST(TracedPromise, DestroyedByAnUnwindingThreadHasNotFailed) {
  Recording recording;
  try {
    const Task task = three_steps({});
    task.resume();
    throw 7;
  } catch (int) {
  }
  EXPECT_EQ(recording.span("task").status_code, StatusCode::kUnset);
}

Task resumes(const Task& other, bool& same) {
  NANOSPAN_TASK(span, "resumer");
  {
    NANOSPAN_SCOPE(notify, "notify");
    other.resume();
    same = current_context().span_context() == notify.context();
  }
  co_return;
}

TEST(TracedPromise, ResumedInsideAnotherLeavesThatOneItsOwn) {
  Recording recording;
  bool same = false;
  {
    const Task inner = three_steps({});
    inner.resume();
    const Task outer = resumes(inner, same);
    outer.resume();
    EXPECT_FALSE(current_context().has_span());
    inner.resume();
  }
  EXPECT_TRUE(same);
  EXPECT_EQ(recording.span("notify").parent_span_id, recording.span("resumer").span_id);
  EXPECT_EQ(recording.expect_balanced_at_rest().lost_abandoned, 0u);
}

Task keeps_a_scope_open(std::suspend_always pause) {
  NANOSPAN_TASK(span, "task");
  NANOSPAN_SCOPE(open, "open");
  co_await pause;
  open.set_attribute("late", 1);
  NANOSPAN_SCOPE(after, "after");
}

TEST(TracedPromise, AScopedSpanOpenAtASuspensionIsGivenUpAndCounted) {
  for (const bool elsewhere : {false, true}) {
    Recording recording;
    {
      const Task task = keeps_a_scope_open({});
      task.resume();
      EXPECT_FALSE(current_context().has_span());
      const auto resume = [&task] {
        NANOSPAN_SCOPE(mine, "mine");
        task.resume();
        EXPECT_EQ(current_context().span_context(), mine.context());
      };
      if (elsewhere)
        std::thread(resume).join();
      else
        resume();
    }
    EXPECT_EQ(recording.span("after").parent_span_id, recording.span("task").span_id);
    EXPECT_EQ(recording.spans("mine").size(), 1u);
    EXPECT_EQ(recording.spans("open").size(), 0u);
    EXPECT_EQ(recording.expect_balanced_at_rest().lost_abandoned, 1u);
  }
}

// Begins in its caller, without suspending first.
struct EagerTask {
  struct Plain {
    static std::suspend_never initial_suspend() noexcept { return {}; }
    static std::suspend_always final_suspend() noexcept { return {}; }
    static void return_void() noexcept {}
    static void unhandled_exception() noexcept { std::terminate(); }
  };
  struct promise_type : TracedPromise<Plain> {  // NOLINT(readability-identifier-naming): C++'s name
    EagerTask get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
  };
  std::coroutine_handle<> frame;
};

EagerTask scoped_across(std::suspend_always pause) {
  NANOSPAN_SCOPE(inside, "inside");
  co_await pause;
}

TEST(TracedPromise, OfAnEagerCoroutineLeavesNothingOnTheThreadThatCalledIt) {
  Recording recording;
  {
    NANOSPAN_SCOPE(caller, "caller");
    const EagerTask task = scoped_across({});
    EXPECT_EQ(current_context().span_context(), caller.context());
    task.frame.resume();
    EXPECT_EQ(current_context().span_context(), caller.context());
    task.frame.destroy();
  }
  EXPECT_FALSE(current_context().has_span());
  EXPECT_EQ(recording.expect_balanced_at_rest().lost_abandoned, 1u);
}

TEST(DisabledTask, RunsAndRecordsNothing) {
  Recording recording;
  int steps = 0;
  {
    std::optional<Task> task;
    {
      test::Pool pool(1);
      task.emplace(disabled_task(pool, steps));
      task->resume();
    }
    EXPECT_TRUE(task->is_done());
  }
  EXPECT_EQ(steps, 2);
  EXPECT_EQ(recording.spans().size(), 0u);
}

}  // namespace
}  // namespace nanospan
