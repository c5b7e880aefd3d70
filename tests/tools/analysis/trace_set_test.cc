#include "analysis/trace_set.h"

#include <gtest/gtest.h>

#include <string>

namespace nanospan::tools::analysis {
namespace {

NewSpan span_of(std::uint64_t trace, std::uint64_t id) {
  NewSpan span;
  span.trace = {0, trace};
  span.span_id = id;
  return span;
}

TEST(TraceSet, KeepsWhatItWasGiven) {
  TraceSet set;
  NewSpan span = span_of(7, 8);
  span.parent_id = 9;
  span.start_unix_ns = 1000;
  span.end_unix_ns = 900;  // ends before it starts: kept as it is
  span.service = set.intern("task-service");
  span.name = set.intern("list");
  span.host = set.intern("node-7");
  span.peer = set.intern("db");
  span.resend_count = 1000;
  span.kind = SpanKind::kClient;
  span.status = StatusCode::kError;
  span.flags = analysis_flag::kUnfinished;
  ASSERT_TRUE(set.add(span));
  ASSERT_EQ(set.size(), 1U);
  const SpanRow& row = set[0];
  EXPECT_EQ(set.trace_key(row.trace), (TraceKey{0, 7}));
  EXPECT_EQ(row.span_id, 8U);
  EXPECT_EQ(row.parent_id, 9U);
  EXPECT_EQ(row.start_ns, 1000);
  EXPECT_EQ(row.end_ns, 900);
  EXPECT_EQ(set.text(set.service_of(row)), "task-service");
  EXPECT_EQ(set.text(set.callsite(row.callsite).name), "list");
  EXPECT_EQ(set.text(row.host), "node-7");
  EXPECT_EQ(set.text(row.peer), "db");
  EXPECT_EQ(row.resend_count, 255);
  EXPECT_EQ(row.kind, SpanKind::kClient);
  EXPECT_EQ(row.status, StatusCode::kError);
  EXPECT_EQ(row.flags, analysis_flag::kUnfinished);
}

TEST(TraceSet, NumbersTracesAndCallsitesOnceAcrossItsChunks) {
  TraceSet set;
  constexpr std::uint64_t kSpans = TraceSet::kChunkSpans * 2 + 5;
  for (std::uint64_t i = 0; i < kSpans; ++i) {
    NewSpan span = span_of(1 + i % 1000, i + 1);
    span.service = set.intern("s" + std::to_string(i % 3));
    span.name = set.intern("n" + std::to_string(i % 5));
    ASSERT_TRUE(set.add(span));
  }
  EXPECT_EQ(set.size(), kSpans);
  EXPECT_EQ(set.trace_count(), 1000U);
  EXPECT_EQ(set.callsite_count(), 15U);
  for (std::uint32_t i = 0; i < set.size(); ++i) {
    EXPECT_EQ(set[i].span_id, i + 1U);
    EXPECT_EQ(set.trace_key(set[i].trace).low, 1 + i % 1000);
    EXPECT_EQ(set.text(set.callsite(set[i].callsite).name), "n" + std::to_string(i % 5));
  }
}

TEST(TraceSet, ReadsIdsAsTheirHexReads) {
  const unsigned char bytes[16] = {0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6,
                                   0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36};
  EXPECT_EQ(trace_key_from_bytes(bytes), (TraceKey{0x4bf92f3577b34da6, 0xa3ce929d0e0e4736}));
}

TEST(TraceSet, RefusesAndCountsWhatItHasNoRoomFor) {
  constexpr std::uint64_t kLimit = std::uint64_t{3} << 20;
  TraceSet set(kLimit);
  std::uint64_t refused = 0;
  for (std::uint64_t i = 1; i <= 100'000; ++i) {
    if (!set.add(span_of(i % 100 + 1, i))) ++refused;
  }
  EXPECT_GT(set.size(), 0U);
  EXPECT_EQ(set.refused(), refused);
  EXPECT_EQ(set.size() + refused, 100'000U);
  EXPECT_LE(set.memory_bytes(), kLimit);
}

TEST(TraceSet, TextsAndTracesCountAgainstTheLimitToo) {
  constexpr std::uint64_t kLimit = std::uint64_t{2} << 20;
  TraceSet set(kLimit);
  for (std::uint64_t i = 1; i <= 100'000; ++i) {
    NewSpan span = span_of(i, i);
    span.name = set.intern("/users/" + std::to_string(i) + std::string(200, 'x'));
    set.add(span);
  }
  EXPECT_GT(set.refused(), 0U);
  EXPECT_LE(set.memory_bytes(), kLimit);
}

TEST(TraceSet, RecordsCountAgainstTheLimitAndAreFoundByTheirRow) {
  constexpr std::uint64_t kLimit = std::uint64_t{3} << 20;
  TraceSet set(kLimit);
  for (std::uint64_t i = 1; i <= 100'000; ++i) {
    NewSpan span = span_of(1, i);
    const std::string record = i % 2 == 0 ? "record " + std::to_string(i) : "";
    span.record = record;
    set.add(span);
  }
  EXPECT_GT(set.refused(), 0U);
  EXPECT_LE(set.memory_bytes(), kLimit);
  ASSERT_GT(set.size(), 5U);
  EXPECT_EQ(set.record(5), "record 6");
  EXPECT_EQ(set.record(4), "");
}

TEST(TraceSet, CountsWhatTheClocksOfCallsNeed) {
  TraceSet calls, others;
  constexpr std::uint64_t kSpans = 1'000;
  for (std::uint64_t i = 1; i <= kSpans; ++i) {
    NewSpan span = span_of(1, i);
    span.parent_id = i + kSpans;
    others.add(span);
    span.kind = SpanKind::kServer;
    calls.add(span);
  }
  EXPECT_EQ(calls.memory_bytes(), others.memory_bytes() + kSpans * TraceSet::kCallAnalysisBytes);
  // Room for those spans, but not for their calls.
  TraceSet small(others.memory_bytes());
  for (std::uint64_t i = 1; i <= kSpans; ++i) {
    NewSpan span = span_of(1, i);
    span.parent_id = i + kSpans;
    span.kind = SpanKind::kServer;
    small.add(span);
  }
  EXPECT_GT(small.refused(), 0U);
  EXPECT_LE(small.memory_bytes(), others.memory_bytes());
}

TEST(TraceSet, RefusesSpansWithoutAnIdAndBoundsTimes) {
  TraceSet set;
  EXPECT_FALSE(set.add(span_of(1, 0)));
  EXPECT_FALSE(set.add(span_of(0, 1)));
  EXPECT_EQ(set.without_id(), 2U);
  NewSpan span = span_of(1, 1);
  span.end_unix_ns = UINT64_MAX;
  EXPECT_TRUE(set.add(span));
  EXPECT_EQ(set.bad_times(), 1U);
  EXPECT_EQ(set[0].end_ns, TraceSet::kTimeMax);
}

TEST(StringTable, CutsLongTextsAtAWholeCharacter) {
  StringTable strings;
  const std::string ascii(StringTable::kTextBytesMax - 1, 'a');
  EXPECT_EQ(strings.text(strings.intern(ascii + "\xc3\xa4 and more")), ascii);
  EXPECT_EQ(strings.text(strings.intern(std::string(5000, '\xbf'))).size(),
            StringTable::kTextBytesMax);
  EXPECT_EQ(strings.intern(""), kEmptyString);
}

}  // namespace
}  // namespace nanospan::tools::analysis
