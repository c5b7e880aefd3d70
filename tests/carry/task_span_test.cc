// Spans of coroutines: their times, their ends; and whatever awaitable they meet.
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <stdexcept>
#include <thread>

#include "carry/executor.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;
using test::Task;

SpanId current_id() {
  return current_context().span_context().span_id;
}
std::int64_t number_of(const SpanData& span, std::string_view key) {
  const OwnedAttribute* const found = span.find_attribute(key);
  EXPECT_NE(found, nullptr) << key;
  return found == nullptr ? -1 : found->number;
}

// At least this long by the clock that measures it: no upper bound is asserted.
void spin(std::int64_t ns) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::nanoseconds(ns);
  while (std::chrono::steady_clock::now() < until) {
  }
}

Task works_and_waits(std::suspend_always pause) {
  NANOSPAN_TASK(span, "timed");
  spin(2'000'000);
  co_await pause;
  spin(1'000'000);
}

TEST(TaskSpan, TellsBusyFromIdle) {
  Recording recording;
  {
    const Task task = works_and_waits({});
    task.resume();
    spin(5'000'000);
    task.resume();
  }
  const SpanData span = recording.span("timed");
  EXPECT_GE(number_of(span, "busy_ns"), 3'000'000);
  EXPECT_GE(number_of(span, "idle_ns"), 5'000'000);
}

TEST(TaskSpan, CancelledWasIdleToTheEnd) {
  Recording recording;
  {
    const Task task = works_and_waits({});
    task.resume();
    spin(5'000'000);
  }
  const SpanData span = recording.span("timed");
  EXPECT_GE(number_of(span, "busy_ns"), 2'000'000);
  EXPECT_GE(number_of(span, "idle_ns"), 5'000'000);
}

Task ends_early(std::suspend_always pause, SpanId& after) {
  NANOSPAN_TASK(span, "early");
  span.end();
  co_await pause;
  after = current_id();
  EXPECT_EQ(after, span.context().span_context().span_id);
}

TEST(TaskSpan, EndedStaysTheContextOfItsScope) {
  Recording recording;
  SpanId after;
  const Task task = ends_early({}, after);
  task.resume();
  EXPECT_EQ(recording.spans("early").size(), 1u);
  task.resume();
  EXPECT_EQ(recording.span("early").span_id, after);
}

TEST(TaskSpan, NotSampledIsNotTimedAndTravelsOn) {
  RecorderOptions options;
  options.sampler = parent_based(always_off());
  Recording recording(std::move(options));
  const Task task = works_and_waits({});
  task.resume();
  std::thread([&task] { task.resume(); }).join();
  EXPECT_EQ(recording.spans().size(), 0u);
  recording.expect_balanced_at_rest();
}

// Awaiters whose await_suspend() changes its mind, or throws.
struct ResumesAtOnce {
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<>) const noexcept { return false; }
  int await_resume() const noexcept { return 42; }
};
struct Throws {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) const { throw std::runtime_error("not now"); }
  void await_resume() const noexcept {}
};
struct ByOperator {
  int number;
  ResumesAtOnce operator co_await() const noexcept { return {}; }
};

Task awaits_all_kinds(int& sum) {
  NANOSPAN_TASK(span, "kinds");
  const SpanId own = span.context().span_context().span_id;
  sum += co_await ResumesAtOnce{};
  EXPECT_EQ(current_id(), own);
  ByOperator named{1};
  sum += co_await named;
  sum += co_await ByOperator{2};
  EXPECT_EQ(current_id(), own);
  co_await std::suspend_never{};
  EXPECT_EQ(current_id(), own);
  bool thrown = false;
  try {
    co_await Throws{};
  } catch (const std::runtime_error&) {
    thrown = true;
  }
  sum += thrown ? 1 : 0;
  EXPECT_EQ(current_id(), own);
}

TEST(TracedPromise, TakesAnyAwaitable) {
  Recording recording;
  int sum = 0;
  const Task task = awaits_all_kinds(sum);
  task.resume();
  EXPECT_TRUE(task.is_done());
  EXPECT_EQ(sum, 3 * 42 + 1);
  EXPECT_FALSE(current_context().has_span());
  EXPECT_EQ(recording.span("kinds").status_code, StatusCode::kUnset);
}

// A generator: eager, its values by co_yield, its own await_transform.
struct Generator {
  struct Base {
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int value) noexcept {
      last = value;
      return {};
    }
    ResumesAtOnce await_transform(int) noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
    int last = 0;
  };
  struct promise_type : TracedPromise<Base> {
    Generator get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
  };
  std::coroutine_handle<promise_type> frame;
};

Generator generate() {
  NANOSPAN_TASK(span, "generator");
  co_yield 1;
  co_yield co_await 7;
}

TEST(TracedPromise, OfAnEagerGeneratorLeavesAtEachValue) {
  Recording recording;
  NANOSPAN_SCOPE(mine, "mine");
  const Generator generator = generate();
  EXPECT_EQ(generator.frame.promise().last, 1);
  EXPECT_EQ(current_context().span_context(), mine.context());
  generator.frame.resume();
  EXPECT_EQ(generator.frame.promise().last, 42);
  EXPECT_EQ(current_context().span_context(), mine.context());
  generator.frame.destroy();
  EXPECT_EQ(recording.span("generator").parent_span_id, mine.context().span_id);
}

}  // namespace
}  // namespace nanospan
