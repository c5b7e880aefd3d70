// Fibers of ucontext.h: each keeps its context through switches and changes of threads, and no
// thread keeps one of theirs.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "carry/fibers.h"
#include "nanospan/baggage.h"
#include "nanospan/coroutine.h"
#include "nanospan/fiber_span.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::Fiber;
using test::Fibers;
using test::Recording;

constexpr ContextKey<int> kRequest("request");
constexpr int kRequests = 40;

struct Seen {
  std::atomic<int> wrong{0};             // looks of a fiber that did not find its own
  std::atomic<int> left_on_thread{0};    // turns after which a thread did not have its own
  std::atomic<int> stayed_on_thread{0};  // switches that changed no thread

  void look(int request, const Context& expected) {
    const Context here = current_context();
    const int* const found = here.get(kRequest);
    const bool right = found != nullptr && *found == request &&
                       baggage_of(here).get("request") == std::to_string(request) &&
                       here.span_context() == expected.span_context();
    wrong.fetch_add(right ? 0 : 1);
  }
  void wait(Fiber& self, int request, const Context& expected) {
    // Not std::this_thread::get_id(), which a compiler takes to be the same throughout a function.
    const pid_t before = gettid();
    self.wait();
    stayed_on_thread.fetch_add(gettid() == before ? 1 : 0);
    look(request, expected);
  }
  // What a thread does with a fiber, in a context of its own.
  void serve(Fiber& fiber) {
    NANOSPAN_SCOPE(turn, "turn");
    const BaggageScope own(Baggage().set("thread", "own"));
    fiber.go_on();
    const bool right = current_context().span_context() == turn.context() &&
                       current_context().get(kRequest) == nullptr &&
                       current_baggage() == Baggage().set("thread", "own");
    left_on_thread.fetch_add(right ? 0 : 1);
  }
};

void call(Fiber& self, Seen& seen, int request) {
  NANOSPAN_FIBER(span, "call");
  seen.wait(self, request, span.context());
  NANOSPAN_SCOPE(parse, "parse");
  if (request % 5 == 0) throw std::runtime_error("no answer");
}

void answer(Fiber& self, Seen& seen, int request) {
  Span span = NANOSPAN_SPAN("request", {});
  const FiberScope scope(span.context());
  for (int i = 0; i < 3; ++i) {
    seen.wait(self, request, span.context());
    NANOSPAN_SCOPE(step, "step");
  }
  try {
    call(self, seen, request);
  } catch (const std::runtime_error&) {
    span.add_event("failed");
  }
  seen.wait(self, request, span.context());
}

void check_tree(Recording& recording) {
  std::map<std::uint64_t, SpanData> by_id;
  for (SpanData& span : recording.spans()) by_id.emplace(span.span_id.value, std::move(span));
  const std::map<std::string, std::string> parent_of = {
      {"request", "main"}, {"step", "request"}, {"call", "request"}, {"parse", "call"}};
  std::map<std::string, int> counts;
  for (const auto& [id, span] : by_id) {
    ++counts[span.name];
    const auto expected = parent_of.find(span.name);
    if (expected == parent_of.end()) {
      EXPECT_FALSE(span.parent_span_id.is_valid()) << span.name;
      continue;
    }
    const auto parent = by_id.find(span.parent_span_id.value);
    ASSERT_NE(parent, by_id.end()) << span.name;
    EXPECT_EQ(parent->second.name, expected->second);
  }
  const std::map<std::string, int> expected = {
      {"main", 1},         {"request", kRequests}, {"step", 3 * kRequests},
      {"call", kRequests}, {"parse", kRequests},   {"turn", 6 * kRequests}};
  EXPECT_EQ(counts, expected);
}

TEST(Ucontext, FibersKeepTheirContextsOnWhateverThread) {
  Recording recording;
  Seen seen;
  {
    Fibers fibers(2);
    {
      NANOSPAN_SCOPE(main, "main");
      for (int request = 0; request < kRequests; ++request) {
        const ContextScope scope(
            with_baggage(current_context(), Baggage().set("request", std::to_string(request)))
                .with(kRequest, request));
        fibers.start([&seen, request](Fiber& self) { answer(self, seen, request); });
      }
    }
    fibers.run([&seen](Fiber& fiber) { seen.serve(fiber); });
  }
  EXPECT_EQ(seen.wrong.load(), 0);
  EXPECT_EQ(seen.left_on_thread.load(), 0);
  EXPECT_EQ(seen.stayed_on_thread.load(), 0);
  check_tree(recording);
  for (const char* name : {"call", "parse"}) {
    int failed = 0;
    for (const SpanData& span : recording.spans(name))
      failed += span.status_code == StatusCode::kError ? 1 : 0;
    EXPECT_EQ(failed, kRequests / 5) << name;
  }
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.in_flight, 0u);
  EXPECT_EQ(sum.lost_abandoned, 0u);
}

void never_done(Fiber& self) {
  Span span = NANOSPAN_SPAN("outer", {});
  const FiberScope scope(span.context());
  Span inner = NANOSPAN_SPAN("inner", {});
  const FiberScope inner_scope(inner.context());
  for (;;) self.wait();
}

TEST(Ucontext, ACancelledFiberEndsItsSpansAndLeavesTheThreadItsOwn) {
  Recording recording;
  Fiber fiber(never_done);
  fiber.go_on();
  EXPECT_FALSE(current_context().has_span());
  std::thread([&fiber] {
    NANOSPAN_SCOPE(mine, "mine");
    fiber.cancel();
    EXPECT_EQ(current_context().span_context(), mine.context());
    NANOSPAN_SCOPE(next, "next");
  }).join();
  EXPECT_TRUE(fiber.has_ended());
  EXPECT_EQ(recording.span("inner").parent_span_id, recording.span("outer").span_id);
  EXPECT_EQ(recording.span("next").parent_span_id, recording.span("mine").span_id);
  EXPECT_EQ(recording.expect_balanced_at_rest().in_flight, 0u);
}

// Its stack is gone with all that stood there: its spans are in flight for good, and say so.
TEST(Ucontext, AFiberDestroyedUnfinishedTakesNothingFromAThread) {
  Recording recording;
  std::optional<Fiber> fiber(std::in_place, never_done);
  fiber->go_on();
  std::thread([&fiber] {
    NANOSPAN_SCOPE(mine, "mine");
    fiber->go_on();
    fiber.reset();
    EXPECT_EQ(current_context().span_context(), mine.context());
    Fiber other([](Fiber&) { NANOSPAN_SCOPE(next, "next"); });
    other.go_on();
    EXPECT_EQ(current_context().span_context(), mine.context());
  }).join();
  EXPECT_EQ(recording.span("next").parent_span_id, recording.span("mine").span_id);
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.in_flight, 2u);
  EXPECT_EQ(sum.lost(), 0u);
}

// At least this long by the clock that measures it: no upper bound is asserted.
void spin(std::chrono::nanoseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) {
  }
}

void timed(Fiber& self) {
  TaskContext carried;
  NANOSPAN_TASK_IN(carried, span, "timed");
  spin(std::chrono::milliseconds(2));
  {
    Away away(carried);
    self.wait();
  }
  NANOSPAN_SCOPE(step, "step");
}

TEST(Ucontext, ATaskSpanOfAFiberTellsBusyFromIdle) {
  Recording recording;
  Fiber fiber(timed);
  fiber.go_on();
  EXPECT_FALSE(current_context().has_span());
  spin(std::chrono::milliseconds(3));
  std::thread([&fiber] {
    fiber.go_on();
    EXPECT_FALSE(current_context().has_span());
  }).join();
  ASSERT_TRUE(fiber.has_ended());
  const SpanData span = recording.span("timed");
  ASSERT_NE(span.find_attribute("busy_ns"), nullptr);
  ASSERT_NE(span.find_attribute("idle_ns"), nullptr);
  EXPECT_GE(span.find_attribute("busy_ns")->number, 2'000'000);
  EXPECT_GE(span.find_attribute("idle_ns")->number, 3'000'000);
  EXPECT_EQ(recording.span("step").parent_span_id, span.span_id);
}

}  // namespace
}  // namespace nanospan
