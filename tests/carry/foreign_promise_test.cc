// Coroutines whose promise knows nothing of spans.
#include <gtest/gtest.h>

#include <future>

#include "carry/executor.h"
#include "support/log_lines.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::ForeignTask;
using test::Pool;
using test::Recording;

ForeignTask around_each(std::suspend_always pause) {
  TaskContext carried;
  NANOSPAN_TASK_IN(carried, span, "outer");
  co_await carried.around(pause);
  {
    NANOSPAN_TASK_IN(carried, inner, "inner");
    co_await carried.around(pause);
  }
  NANOSPAN_SCOPE(last, "last");
}

TEST(TaskContext, IsOnTheThreadThatRunsTheCoroutineAndOnNoOther) {
  Recording recording;
  {
    const ForeignTask task = around_each({});
    task.resume();
    EXPECT_FALSE(current_context().has_span());
    std::thread([&task] {
      task.resume();
      EXPECT_FALSE(current_context().has_span());
    }).join();
    NANOSPAN_SCOPE(mine, "mine");
    task.resume();
    EXPECT_TRUE(task.is_done());
    EXPECT_EQ(current_context().span_context(), mine.context());
  }
  const SpanData outer = recording.span("outer");
  EXPECT_FALSE(outer.parent_span_id.is_valid());
  EXPECT_EQ(recording.span("inner").parent_span_id, outer.span_id);
  EXPECT_EQ(recording.span("last").parent_span_id, outer.span_id);
  recording.expect_balanced_at_rest();
}

ForeignTask away_at_each(std::suspend_always pause) {
  TaskContext carried;
  NANOSPAN_TASK_IN(carried, span, "away");
  {
    Away away(carried);
    co_await pause;
  }
  NANOSPAN_SCOPE(last, "last");
}

TEST(Away, LeavesAndEntersAgain) {
  Recording recording;
  {
    const ForeignTask task = away_at_each({});
    task.resume();
    EXPECT_FALSE(current_context().has_span());
    std::thread([&task] { task.resume(); }).join();
  }
  EXPECT_EQ(recording.span("last").parent_span_id, recording.span("away").span_id);
}

TEST(Away, DestroyedWhileSuspendedLeavesTheThreadAsItIs) {
  Recording recording;
  NANOSPAN_SCOPE(mine, "mine");
  {
    const ForeignTask task = away_at_each({});
    task.resume();
  }
  EXPECT_EQ(current_context().span_context(), mine.context());
  EXPECT_EQ(recording.span("away").parent_span_id, mine.context().span_id);
}

ForeignTask takes_its_parent(Context parent) {
  TaskContext carried(std::move(parent));
  NANOSPAN_TASK_IN(carried, span, "child");
  co_return;
}

TEST(TaskContext, BeginsWithAContextThatItIsGiven) {
  Recording recording;
  const Context parent(SpanContext{{1, 2}, {3}, {TraceFlags::kSampled}, true});
  const ForeignTask task = takes_its_parent(parent);
  task.resume();
  EXPECT_FALSE(current_context().has_span());
  EXPECT_EQ(recording.span("child").parent_span_id, SpanId{3});
}

struct Paused {
  std::coroutine_handle<>& resume_me;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> frame) const noexcept { resume_me = frame; }
  void await_resume() const noexcept {}
};

ForeignTask foreign_child(Context parent, std::coroutine_handle<>& inside) {
  TaskContext carried(std::move(parent));
  NANOSPAN_TASK_IN(carried, span, "child");
  co_await carried.around(Paused{inside});
  NANOSPAN_SCOPE(step, "step");
}

ForeignTask foreign_parent(std::coroutine_handle<>& inside) {
  TaskContext carried;
  NANOSPAN_TASK_IN(carried, span, "parent");
  const ForeignTask child = foreign_child(span.context(), inside);
  co_await carried.around(child);
  NANOSPAN_SCOPE(after, "after");
}

// As cppcoro's: who awaits it resumes it by transfer, and so does its end who awaits it.
TEST(TaskContext, OfALazyTaskGoesThroughTransfersOnWhateverThread) {
  Recording recording;
  {
    std::coroutine_handle<> inside;
    const ForeignTask task = foreign_parent(inside);
    task.resume();
    EXPECT_FALSE(current_context().has_span());
    std::thread([&inside] {
      NANOSPAN_SCOPE(mine, "mine");
      inside.resume();
      EXPECT_EQ(current_context().span_context(), mine.context());
    }).join();
    EXPECT_TRUE(task.is_done());
  }
  const SpanData parent = recording.span("parent"), child = recording.span("child");
  EXPECT_EQ(child.parent_span_id, parent.span_id);
  EXPECT_EQ(recording.span("step").parent_span_id, child.span_id);
  EXPECT_EQ(recording.span("after").parent_span_id, parent.span_id);
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.in_flight, 0u);
  EXPECT_EQ(sum.lost_abandoned, 0u);
}

constexpr ContextKey<std::string> kTenant("tenant");

ForeignTask forgets_to_tell(std::suspend_always pause, bool& ended) {
  TaskContext carried(current_context().with(kTenant, std::string("acme")));
  NANOSPAN_TASK_IN(carried, span, "forgetful");
  co_await pause;
  ended = true;
}

// Wrong use: said, and nothing dangles, with a recorder or without.
TEST(TaskContext, OfASuspensionThatWasNotToldIsLogged) {
  test::LogLines log;
  std::optional<Recording> recording;
  for (const bool records : {false, true}) {
    if (records) recording.emplace();
    std::thread([] {
      bool ended = false;
      {
        const ForeignTask task = forgets_to_tell({}, ended);
        task.resume();
        std::thread([&task] {
          task.resume();
          EXPECT_FALSE(current_context().has_span());
        }).join();
      }
      EXPECT_TRUE(ended);
      EXPECT_EQ(*current_context().get(kTenant), "acme");
    }).join();
  }
  EXPECT_GE(log.count_with("without leaving its TaskContext"), 1);
  EXPECT_EQ(recording->span("forgetful").status_code, StatusCode::kUnset);
}

}  // namespace
}  // namespace nanospan
