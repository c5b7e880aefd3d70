#include "nanospan/causes.h"

#include <gtest/gtest.h>

#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;
using test::shown;

Context context_of(std::uint64_t id, std::string_view tracestate = {}) {
  return Context(SpanContext{{id, id}, {id}, {TraceFlags::kSampled}, true}, tracestate);
}

TEST(Parents, TheFirstIsTheParentAndOthersAreLinks) {
  Recording recording;
  {
    const Parents parents({context_of(1, "a=1"), context_of(2, "b=2"), context_of(3)});
    Span span = NANOSPAN_SPAN("merge", {}, parents.options());
  }
  const SpanData span = recording.span("merge");
  EXPECT_EQ(span.parent_span_id, SpanId{1});
  EXPECT_EQ(span.trace_id, (TraceId{1, 1}));
  EXPECT_EQ(span.tracestate, "a=1");
  ASSERT_EQ(span.links.size(), 2u);
  EXPECT_EQ(span.links[0].context.span_id, SpanId{2});
  EXPECT_EQ(span.links[0].tracestate, "b=2");
  EXPECT_EQ(span.links[1].context.span_id, SpanId{3});
  for (const auto& link : span.links)
    EXPECT_EQ(shown(link.attributes), "opentracing.ref_type=\"child_of\"");
}

TEST(Parents, WithoutASpanAreLeftOut) {
  Recording recording;
  {
    NANOSPAN_SCOPE(outer, "outer");
    const Parents none({Context::root(), Context::root()});
    Span under = NANOSPAN_SPAN("under the current one", {}, none.options());
    const Parents one({Context::root(), context_of(2)});
    Span child = NANOSPAN_SPAN("child", {}, one.options());
  }
  EXPECT_EQ(recording.span("under the current one").parent_span_id,
            recording.span("outer").span_id);
  EXPECT_EQ(recording.span("child").parent_span_id, SpanId{2});
  EXPECT_EQ(recording.span("child").links.size(), 0u);
}

TEST(FollowsFrom, IsALinkAtTheStartOrLater) {
  Recording recording;
  {
    const Link early[] = {{context_of(4).span_context(), {}, kFollowsFrom}};
    Span span = NANOSPAN_SPAN("consume", {}, {.links = early});
    span.add_link(context_of(5, "v=1"), kFollowsFrom);
    NANOSPAN_SCOPE(scoped, "scoped");
    scoped.add_link(context_of(6), kFollowsFrom);
  }
  const SpanData span = recording.span("consume"), scoped = recording.span("scoped");
  EXPECT_FALSE(span.parent_span_id.is_valid());
  ASSERT_EQ(span.links.size(), 2u);
  EXPECT_EQ(span.links[0].context.span_id, SpanId{4});
  EXPECT_EQ(span.links[1].context.span_id, SpanId{5});
  EXPECT_EQ(span.links[1].tracestate, "v=1");
  ASSERT_EQ(scoped.links.size(), 1u);
  for (const auto& link : {span.links[0], span.links[1], scoped.links[0]})
    EXPECT_EQ(shown(link.attributes), "opentracing.ref_type=\"follows_from\"");
}

}  // namespace
}  // namespace nanospan
