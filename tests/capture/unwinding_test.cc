#include <gtest/gtest.h>

#include <coroutine>
#include <csetjmp>
#include <stdexcept>
#include <thread>

#include "capture/no_exceptions_caller.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;

struct RecordsInItsDestructor {
  ~RecordsInItsDestructor() { NANOSPAN_SCOPE(span, "during unwinding"); }
};

TEST(Exceptions, GiveTheSpansTheyUnwindStatusError) {
  Recording recording;
  {
    NANOSPAN_SCOPE(catches, "catches");
    try {
      NANOSPAN_SCOPE(outer, "unwound outer");
      const RecordsInItsDestructor guard;
      NANOSPAN_SCOPE(inner, "unwound inner");
      throw std::runtime_error("boom");
    } catch (const std::exception& error) {
      NANOSPAN_SCOPE(handler, "handler");
      catches.record_exception(error);
    }
  }
  EXPECT_EQ(recording.span("unwound inner").status_code, StatusCode::kError);
  EXPECT_EQ(recording.span("unwound outer").status_code, StatusCode::kError);
  EXPECT_EQ(recording.span("during unwinding").status_code, StatusCode::kUnset);
  EXPECT_EQ(recording.span("during unwinding").parent_span_id,
            recording.span("unwound outer").span_id);
  EXPECT_EQ(recording.span("handler").status_code, StatusCode::kUnset);
  EXPECT_EQ(recording.span("catches").status_code, StatusCode::kUnset);
  EXPECT_EQ(recording.span("catches").events.at(0).name, "exception");
  recording.expect_balanced_at_rest();
}

TEST(Exceptions, AreRecordedFromFilesWithoutRtti) {
  Recording recording;
  {
    Span span = NANOSPAN_SPAN("no rtti");
    test::record_exception(span, std::runtime_error("boom"));
  }
  const EventData event = recording.span("no rtti").events.at(0);
  EXPECT_EQ(event.name, "exception");
  ASSERT_EQ(event.attributes.size(), 2u);
  EXPECT_TRUE(event.attributes[0].text.starts_with("std::")) << event.attributes[0].text;
  EXPECT_EQ(event.attributes[1].text, "boom");
}

TEST(Exceptions, LeaveAnOkOfTheUsersAlone) {
  Recording recording;
  try {
    NANOSPAN_SCOPE(span, "fine");
    span.set_status(StatusCode::kOk);
    throw 1;
  } catch (int) {
  }
  try {
    NANOSPAN_SCOPE(span, "explained");
    span.set_status(StatusCode::kError, "because");
    throw 1;
  } catch (int) {
  }
  EXPECT_EQ(recording.span("fine").status_code, StatusCode::kOk);
  EXPECT_EQ(recording.span("explained").status_text, "because");
}

TEST(Exceptions, DoNotTouchASpanThatEndedBefore) {
  Recording recording;
  try {
    NANOSPAN_SCOPE(span, "ended");
    span.end();
    throw 1;
  } catch (int) {
  }
  EXPECT_EQ(recording.span("ended").status_code, StatusCode::kUnset);
}

void throws() {
  throw std::runtime_error("through");
}

void returns() {}

TEST(Exceptions, MayPassOrNotPassThroughCodeThatKnowsNone) {
  Recording recording;
  test::call_within_span(returns);
  EXPECT_EQ(recording.span("no exceptions").status_code, StatusCode::kUnset);
  EXPECT_EQ(recording.spans("no exceptions, detached").size(), 1u);
  recording.store().clear();
  // Built without cleanups, so its span is not ended: the caller's end pops it.
  {
    NANOSPAN_SCOPE(outer, "outer");
    try {
      test::call_within_span(throws);
    } catch (const std::runtime_error&) {
    }
    outer.set_attribute("after", true);
  }
  { NANOSPAN_SCOPE(next, "next"); }
  EXPECT_FALSE(recording.span("next").parent_span_id.is_valid());
  EXPECT_EQ(test::shown(recording.span("outer").attributes), "after=true");
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.in_flight, 0u);
}

std::jmp_buf here;

[[gnu::noinline]] void jump_out_of_spans(int count) {
  // Storage that longjmp may leave behind: no destructor runs.
  constexpr int kMax = 10;
  alignas(ScopedSpan) static unsigned char storage[kMax][sizeof(ScopedSpan)];
  static constinit detail::Callsite site("jumped over", __FILE__, __LINE__, "f");
  for (int i = 0; i < count && i < kMax; ++i) new (storage[i]) ScopedSpan(site);
  std::longjmp(here, 1);
}

// A function of its own: no variable of the span around it lives across setjmp.
__attribute__((noinline)) void jump_over_spans(int depth) {
  if (setjmp(here) == 0) jump_out_of_spans(depth);
}

TEST(LongJump, PopsToTheSpanThatEndsNext) {
  Recording recording;
  {
    NANOSPAN_SCOPE(outer, "outer");
    jump_over_spans(10);
    outer.set_attribute("after", "jump");
  }
  { NANOSPAN_SCOPE(next, "next"); }
  EXPECT_EQ(test::shown(recording.span("outer").attributes), "after=\"jump\"");
  EXPECT_FALSE(recording.span("next").parent_span_id.is_valid());
  EXPECT_EQ(recording.spans("jumped over").size(), 0u);
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.lost_abandoned, 10u);
  EXPECT_EQ(sum.in_flight, 0u);
}

TEST(LongJump, ManyTimesLeavesNothingBehind) {
  Recording recording;
  const auto jump_once = [] {
    NANOSPAN_SCOPE(outer, "outer");
    jump_over_spans(10);
  };
  for (int i = 0; i < 1000; ++i) jump_once();
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(recording.spans("outer").size(), 1000u);
  EXPECT_EQ(sum.lost_abandoned, 10'000u);
}

// A coroutine that is resumed by whoever likes.
struct Task {
  struct promise_type {
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> handle;
};

Task fetch(int number) {
  Span span = NANOSPAN_SPAN("fetch", {});
  span.set_attribute("number", number);
  co_await std::suspend_always();
  {
    const ContextScope scope(span.context());
    NANOSPAN_SCOPE(step, "step");
    step.set_attribute("number", number);
  }
  co_await std::suspend_always();
  span.add_event("resumed");
}

TEST(Coroutines, KeepTheirDetachedSpansAcrossThreads) {
  Recording recording;
  Task first = fetch(1), second = fetch(2);
  const auto resume_both = [&] {
    first.handle.resume();
    second.handle.resume();
  };
  resume_both();
  std::thread(resume_both).join();
  std::thread(resume_both).join();
  EXPECT_TRUE(first.handle.done());
  first.handle.destroy();
  second.handle.destroy();
  const auto fetches = recording.spans("fetch");
  ASSERT_EQ(fetches.size(), 2u);
  for (const SpanData& span : fetches) {
    EXPECT_EQ(span.events.size(), 1u);
    const auto children = recording.store().children_of(span.span_id);
    ASSERT_EQ(children.size(), 1u);
    EXPECT_EQ(test::shown(children[0].attributes), test::shown(span.attributes));
  }
  recording.expect_balanced_at_rest();
}

TEST(ScopedSpanElsewhere, ThatEndsOnAnotherThreadHarmsNobody) {
  Recording recording;
  static constinit detail::Callsite site("wrong thread", __FILE__, __LINE__, "");
  {
    NANOSPAN_SCOPE(outer, "outer");
    auto span = std::make_unique<ScopedSpan>(site);
    std::thread([&span] {
      NANOSPAN_SCOPE(there, "there");
      span.reset();
    }).join();
    NANOSPAN_SCOPE(inner, "inner");
  }
  { NANOSPAN_SCOPE(next, "next"); }
  EXPECT_EQ(recording.spans("there").size(), 1u);
  EXPECT_EQ(recording.spans("inner").size(), 1u);
  EXPECT_EQ(recording.spans("outer").size(), 1u);
  EXPECT_FALSE(recording.span("next").parent_span_id.is_valid());
  EXPECT_FALSE(recording.span("there").parent_span_id.is_valid());
  EXPECT_EQ(recording.expect_balanced_at_rest().in_flight, 0u);
}

}  // namespace
}  // namespace nanospan
