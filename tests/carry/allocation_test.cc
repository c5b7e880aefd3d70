// A switch of fibers allocates nothing, and a coroutine that is traced once and no more.
#include <gtest/gtest.h>

#include <coroutine>

#include "carry/executor.h"
#include "nanospan/swap_context.h"
#include "support/counted_malloc.h"
#include "support/recording.h"

namespace nanospan {
namespace {

TEST(Allocations, NoneAtASwitchOfFibers) {
  if (!test::kCountsMalloc) GTEST_SKIP() << test::kWhyNotCounted;
  test::Recording recording;
  constexpr ContextKey<int> kKey("key");
  Context fiber = Context(SpanContext{{1, 2}, {3}, {TraceFlags::kSampled}, true}, "v=1");
  fiber = fiber.with(kKey, 7);
  const auto switch_twice = [&fiber] {
    const Context main = swap_context(fiber);
    fiber = swap_context(main);
  };
  switch_twice();  // the thread's lane, and its place for what is swapped in
  EXPECT_EQ(test::allocations_of([&switch_twice] {
              for (int i = 0; i < 100; ++i) switch_twice();
            }),
            0);
  EXPECT_EQ(fiber.span_context().span_id, SpanId{3});
}

test::Task pauses(std::suspend_always pause) {
  NANOSPAN_TASK(span, "pauses");
  for (int i = 0; i < 100; ++i) co_await pause;
}

TEST(Allocations, NoneAtASuspension) {
  if (!test::kCountsMalloc) GTEST_SKIP() << test::kWhyNotCounted;
  test::Recording recording;
  const test::Task task = pauses({});
  task.resume();
  EXPECT_EQ(test::allocations_of([&task] {
              while (!task.is_done()) task.resume();
            }),
            0);
  EXPECT_EQ(recording.spans("pauses").size(), 1u);
}

}  // namespace
}  // namespace nanospan
