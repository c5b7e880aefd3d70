#include "nanospan/context.h"

#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;

Context remote_context(bool sampled = true) {
  const TraceFlags flags{sampled ? TraceFlags::kSampled : std::uint8_t{0}};
  return Context(SpanContext{{0xaaaa, 0xbbbb}, {0xcccc}, flags, true}, "vendor=1");
}

TEST(ContextScope, MakesARemoteParentTheCurrentOne) {
  Recording recording;
  {
    const ContextScope scope(remote_context());
    EXPECT_EQ(current_context().span_context(), remote_context().span_context());
    EXPECT_EQ(current_context().tracestate(), "vendor=1");
    NANOSPAN_SCOPE(server, "server");
    NANOSPAN_SCOPE(inner, "inner");
    EXPECT_EQ(current_context().tracestate(), "vendor=1");
  }
  EXPECT_FALSE(current_context().has_span());
  const SpanData server = recording.span("server"), inner = recording.span("inner");
  EXPECT_EQ(server.trace_id, (TraceId{0xaaaa, 0xbbbb}));
  EXPECT_EQ(server.parent_span_id, SpanId{0xcccc});
  EXPECT_TRUE(server.parent_is_remote);
  EXPECT_EQ(server.tracestate, "vendor=1");
  EXPECT_EQ(inner.parent_span_id, server.span_id);
  EXPECT_FALSE(inner.parent_is_remote);
  EXPECT_EQ(inner.tracestate, "vendor=1");
  recording.expect_balanced_at_rest();
}

TEST(ContextScope, ARootBeginsANewTraceWithinASpan) {
  Recording recording;
  {
    NANOSPAN_SCOPE(outer, "outer");
    {
      const ContextScope root(Context::root());
      EXPECT_FALSE(current_context().has_span());
      { NANOSPAN_SCOPE(first, "first"); }
      NANOSPAN_SCOPE(second, "second");
    }
    NANOSPAN_SCOPE(inner, "inner");
  }
  const SpanData first = recording.span("first"), second = recording.span("second");
  EXPECT_FALSE(first.parent_span_id.is_valid());
  EXPECT_FALSE(second.parent_span_id.is_valid());
  EXPECT_NE(first.trace_id, second.trace_id);
  EXPECT_NE(first.trace_id, recording.span("outer").trace_id);
  EXPECT_EQ(recording.span("inner").parent_span_id, recording.span("outer").span_id);
  recording.expect_balanced_at_rest();
}

TEST(ContextScope, CarriesASpanToAnotherThread) {
  Recording recording;
  {
    NANOSPAN_SCOPE(outer, "outer");
    std::thread([context = current_context()] {
      const ContextScope scope(context);
      NANOSPAN_SCOPE(there, "there");
    }).join();
  }
  EXPECT_EQ(recording.span("there").parent_span_id, recording.span("outer").span_id);
  EXPECT_EQ(recording.span("there").trace_id, recording.span("outer").trace_id);
  EXPECT_FALSE(recording.span("there").parent_is_remote);
}

TEST(ContextScope, MakesADetachedSpanCurrent) {
  Recording recording;
  {
    Span job = NANOSPAN_SPAN("job", {});
    const ContextScope scope(job.context());
    NANOSPAN_SCOPE(step, "step");
  }
  EXPECT_EQ(recording.span("step").parent_span_id, recording.span("job").span_id);
}

TEST(ContextScope, Nests) {
  Recording recording;
  const ContextScope outer(remote_context());
  {
    const ContextScope inner(Context(SpanContext{{1, 2}, {3}, {}, false}));
    EXPECT_EQ(current_context().span_context().span_id, SpanId{3});
  }
  EXPECT_EQ(current_context().span_context().span_id, SpanId{0xcccc});
}

TEST(ContextScope, CountsAsALevel) {
  Recording recording;
  const auto descend = [](const auto& self, int depth) -> void {
    const ContextScope scope(Context(SpanContext{{1, 2}, {9}, {TraceFlags::kSampled}, true}));
    NANOSPAN_SCOPE(span, "level");
    if (depth < 100) self(self, depth + 1);
  };
  descend(descend, 1);
  EXPECT_FALSE(current_context().has_span());
  { NANOSPAN_SCOPE(after, "after"); }
  EXPECT_FALSE(recording.span("after").parent_span_id.is_valid());
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.lost_too_deep + sum.committed, 101u);
  EXPECT_EQ(recording.spans("level").size(), 32u);
}

TEST(Context, TravelsThroughHeaders) {
  Recording recording;
  std::map<std::string, std::string> headers;
  {
    const ContextScope scope(remote_context());
    NANOSPAN_SCOPE(client, "client");
    inject(current_context(), headers);
    EXPECT_EQ(headers["traceparent"],
              "00-000000000000aaaa000000000000bbbb-" + client.context().span_id.to_hex() + "-01");
    EXPECT_EQ(headers["tracestate"], "vendor=1");
  }
  std::thread([&headers] {
    const ContextScope scope(extract(headers));
    NANOSPAN_SCOPE(server, "server");
  }).join();
  const SpanData client = recording.span("client"), server = recording.span("server");
  EXPECT_EQ(server.trace_id, client.trace_id);
  EXPECT_EQ(server.parent_span_id, client.span_id);
  EXPECT_TRUE(server.parent_is_remote);
  EXPECT_EQ(server.tracestate, "vendor=1");
}

TEST(Context, WorksWithoutARecorder) {
  EXPECT_FALSE(current_context().has_span());
  {
    const ContextScope outer(remote_context());
    EXPECT_EQ(current_context().span_context(), remote_context().span_context());
    {
      const ContextScope inner(Context::root());
      EXPECT_FALSE(current_context().has_span());
    }
    NANOSPAN_SCOPE(span, "unrecorded");
    std::map<std::string, std::string> headers;
    inject(current_context(), headers);
    EXPECT_EQ(headers["traceparent"], "00-000000000000aaaa000000000000bbbb-000000000000cccc-01");
    EXPECT_EQ(headers["tracestate"], "vendor=1");
  }
  EXPECT_FALSE(current_context().has_span());
}

TEST(Context, OfAThreadOutlivesTheStartOfARecorder) {
  const ContextScope scope(remote_context());
  {
    Recording recording;
    { NANOSPAN_SCOPE(span, "span"); }
    EXPECT_EQ(recording.span("span").parent_span_id, SpanId{0xcccc});
    EXPECT_TRUE(recording.span("span").parent_is_remote);
  }
  EXPECT_EQ(current_context().span_context(), remote_context().span_context());
}

}  // namespace
}  // namespace nanospan
