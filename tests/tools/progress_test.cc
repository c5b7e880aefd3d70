// How far the reading of a region is: what the bar on a terminal shows.
#include <gtest/gtest.h>

#include "reading.h"
#include "support/live_process.h"

namespace nanospan::tools {
namespace {

class Nowhere final : public SpanSink {
 public:
  bool take(const SpanBatch&) override { return true; }
  bool take(const otlp::v1::TracesData&) override { return true; }
};

TEST(Progress, OfADeadRegionEndsWhereItsWriterDid) {
  const test::PrivateDirectory directory;
  RecorderOptions options;
  options.ring_bytes_initial = options.ring_bytes_max = 1u << 20;
  test::LiveProcess process(
      directory.path(),
      [](test::LiveProcess::Ready ready) {
        for (int i = 0; i < 40'000; ++i) {
          NANOSPAN_SCOPE(span, "step");
        }
        ready.wait_for_ever();
      },
      options);
  process.kill();
  const auto inputs = find_inputs({directory.path()}).inputs;
  ASSERT_EQ(inputs.size(), 1u);
  std::uint64_t calls = 0, done_before = 0, spans_before = 0, total_at_first = 0;
  ReadOptions reading;
  reading.on_progress = [&](std::uint64_t done, std::uint64_t total, std::uint64_t spans) {
    if (calls++ == 0) total_at_first = total;
    EXPECT_EQ(total, total_at_first);
    EXPECT_GE(done, done_before);
    EXPECT_GE(spans, spans_before);
    EXPECT_LE(done, total);
    done_before = done;
    spans_before = spans;
  };
  Nowhere sink;
  const ReadResult result = read_input(inputs[0], reading, sink);
  EXPECT_EQ(result.code, kOk);
  EXPECT_GT(calls, 2u);
  EXPECT_EQ(done_before, total_at_first);
  EXPECT_EQ(spans_before, result.report.spans);
}

}  // namespace
}  // namespace nanospan::tools
