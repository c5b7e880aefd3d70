// A writer that fills its ring while the ring's reader sleeps wakes it in time. The reader is the
// test: the recorder has no drain.
#include <gtest/gtest.h>

#include <optional>

#include "capture/runtime.h"
#include "nanospan/nanospan.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using base::Doorbell;

constexpr std::uint64_t kRingSlots = (16u << 10) / sizeof(detail::Slot);

class ReaderBell : public ::testing::Test {
 protected:
  void SetUp() override {
    RecorderOptions options;
    options.region_directory = directory_.path();
    options.ring_bytes_initial = options.ring_bytes_max = kRingSlots * sizeof(detail::Slot);
    options.drain.enabled = false;
    recorder_.emplace(Recorder::start(std::move(options)));
    ASSERT_TRUE(*recorder_) << recorder_->error();
    ASSERT_TRUE(prepare_thread());
  }
  [[nodiscard]] static Doorbell& bell() { return capture::current()->region->reader_bell(); }
  // How many spans end before the reader is awake, `most` at most.
  template <typename Work>
  [[nodiscard]] static std::uint64_t spans_until_awake(std::uint64_t most, const Work& work) {
    std::uint64_t spans = 0;
    for (; spans < most && Doorbell::is_asleep(bell().now()); ++spans) work();
    return spans;
  }

 private:
  test::PrivateDirectory directory_;
  std::optional<Recorder> recorder_;
};

void record_one() {
  NANOSPAN_SCOPE(span, "one slot");
}

TEST_F(ReaderBell, IsRungWithHalfOfTheRingLeftWhereverTheSleepBegins) {
  for (std::uint64_t before = 0; before < kRingSlots; before += 13) {
    for (std::uint64_t i = 0; i < before; ++i) record_one();
    (void)bell().lie_down();
    const std::uint64_t spans = spans_until_awake(10 * kRingSlots, record_one);
    EXPECT_GE(spans, kRingSlots / 4) << before;
    EXPECT_LE(spans, kRingSlots / 2 + 1) << before;
  }
}

TEST_F(ReaderBell, IsRungBySpansOfSeveralSlotsToo) {
  const auto record = [] {
    NANOSPAN_SCOPE(span, "several slots");
    span.set_attribute("text",
                       "longer than the seven words of payload that a slot of a ring holds");
  };
  for (int i = 0; i < 7; ++i) {
    (void)bell().lie_down();
    EXPECT_LE(spans_until_awake(10 * kRingSlots, record), kRingSlots / 4);
  }
}

TEST_F(ReaderBell, IsLeftAloneByAWriterThatFillsLessThanAQuarterInOneSleep) {
  for (int sleeps = 0; sleeps < 40; ++sleeps) {
    const Doorbell::Sleep sleep = bell().lie_down();
    for (std::uint64_t i = 0; i < kRingSlots * 3 / 16; ++i) record_one();
    EXPECT_EQ(bell().now(), sleep);
    bell().ring();
  }
}

}  // namespace
}  // namespace nanospan
