// What can't be added to a span where it is called is missing from that span, and counted.
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "capture/thread.h"
#include "nanospan/detail/lane_control.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;

// One of each kind; returns how many.
template <typename S>
std::uint64_t annotate_all(S& span) {
  span.set_attribute("n", 1);
  span.set_attribute("text", "x");
  span.add_event("event");
  span.add_event("event", {{"k", 1}});
  span.add_link(SpanContext{{1, 2}, {3}, {}, false});
  span.set_status(StatusCode::kError, "failed");
  span.update_name("renamed");
  span.record_exception("type", "message");
  return 8;
}

void expect_bare(const SpanData& span) {
  EXPECT_TRUE(span.attributes.empty() && span.events.empty() && span.links.empty());
  EXPECT_EQ(span.status_code, StatusCode::kUnset);
}

// As a handler does that interrupts a recording call of this thread.
template <typename F>
void in_recording_call(const F& f) {
  const detail::BusyGate busy(*detail::tls_lane);
  f();
}

TEST(AnnotationLoss, InARecordingCallIsCounted) {
  Recording recording;
  std::uint64_t lost = 0;
  {
    NANOSPAN_SCOPE(outer, "outer");
    NANOSPAN_SCOPE(inner, "inner");
    Span detached = NANOSPAN_SPAN("detached", {});
    in_recording_call([&] {
      lost += annotate_all(outer) + annotate_all(inner) + annotate_all(detached);
      EXPECT_FALSE(detached.is_recording());  // to ask is no loss
    });
    EXPECT_TRUE(detached.is_recording());
  }
  for (const char* const name : {"outer", "inner", "detached"}) expect_bare(recording.span(name));
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.annotations_lost_busy, lost);
  EXPECT_EQ(sum.annotations_lost_no_lane, 0u);
  EXPECT_EQ(sum.lost() + sum.clipped, 0u);
}

// The registry and the region's memory are locked while a text is defined, say.
TEST(AnnotationLoss, WhileTheThreadHoldsALockIsCountedAsAreSpans) {
  Recording recording;
  std::uint64_t lost = 0;
  {
    NANOSPAN_SCOPE(outer, "outer");
    {
      const capture::LockMark mark;
      lost = annotate_all(outer);
      NANOSPAN_SCOPE(refused, "refused");
      Span detached = NANOSPAN_SPAN("refused", {});
    }
  }
  expect_bare(recording.span("outer"));
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.annotations_lost_busy, lost);
  EXPECT_EQ(sum.lost_busy, 2u);
  EXPECT_EQ(sum.lost(), 2u);
}

TEST(AnnotationLoss, OfASpanThatIsNotOpenIsNone) {
  RecorderOptions options;
  options.sampler = always_off();
  for (const bool recorded : {true, false}) {
    Recording recording(recorded ? RecorderOptions() : options);
    NANOSPAN_SCOPE(scoped, "scoped");
    Span detached = NANOSPAN_SPAN("detached", {});
    if (recorded) {
      scoped.end();
      detached.end();
    }
    in_recording_call([&] {
      annotate_all(scoped);
      annotate_all(detached);
    });
    EXPECT_EQ(recording.accounting().annotations_lost_busy, 0u);
  }
}

// On a thread that finds no lane because those around it, which wait, have them all.
void where_no_lane_is_left(const std::function<void()>& f) {
  std::thread([&f] { prepare_thread() ? where_no_lane_is_left(f) : f(); }).join();
}

TEST(AnnotationLoss, OfADetachedSpanWhereNoLaneIsLeftIsCounted) {
  RecorderOptions options;
  options.budget_bytes = 1u << 20;
  Recording recording(std::move(options));
  std::uint64_t lost = 0;
  {
    Span detached = NANOSPAN_SPAN("detached", {});
    where_no_lane_is_left([&] {
      EXPECT_FALSE(detached.is_recording());
      lost = annotate_all(detached);
    });
  }
  expect_bare(recording.span("detached"));
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.annotations_lost_no_lane, lost);
  EXPECT_EQ(sum.annotations_lost_busy, 0u);
}

}  // namespace
}  // namespace nanospan
