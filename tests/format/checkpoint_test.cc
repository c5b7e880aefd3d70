#include "format/checkpoint.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>
#include <vector>

#include "support/region_builder.h"

namespace nanospan::format {
namespace {

constexpr std::uint64_t kHighest = std::numeric_limits<std::uint64_t>::max();

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest() {
    region.add_lane(16);
    region.add_lane(16);
  }
  RegionHeader& header() { return region.header(); }
  void count(std::uint64_t spans) {
    for (Word* word : {&header().delivered, &header().refused, &header().overwritten,
                       &header().unexported, &header().damaged})
      *word = spans;
  }
  // All numbers are `value`.
  void begin(std::uint64_t value) {
    begin_checkpoint(header());
    count(value);
  }
  void store(std::uint32_t lane, std::uint64_t value) {
    store_checkpoint(header(), region.lane(lane), {value, value, value});
  }
  void checkpoint(std::uint64_t value) {
    begin(value);
    store(0, value);
    store(1, value);
    commit_checkpoint(header());
  }
  void expect_lane(std::uint32_t lane, std::uint64_t value) {
    const LaneCheckpoint loaded = load_checkpoint(header(), region.lane(lane));
    EXPECT_EQ(loaded.position, value);
    EXPECT_EQ(loaded.records, value);
    EXPECT_EQ(loaded.overwritten, value);
  }
  void expect_counts(std::uint64_t value) {
    const SpanCounts loaded = load_counts(header());
    EXPECT_EQ(loaded.delivered, value);
    EXPECT_EQ(loaded.refused, value);
    EXPECT_EQ(loaded.overwritten, value);
    EXPECT_EQ(loaded.unexported, value);
    EXPECT_EQ(loaded.damaged, value);
  }
  void expect_all(std::uint64_t value) {
    expect_lane(0, value);
    expect_lane(1, value);
    expect_counts(value);
  }
  std::vector<std::uint64_t> words() {
    const auto* const first = region.at<Word>(0);
    return {first, first + region.size() / sizeof(Word)};
  }

  test::RegionBuilder region;
};

TEST_F(CheckpointTest, OfANewRegionIsItsBeginning) {
  expect_all(0);
}

TEST_F(CheckpointTest, IsTheOneBeforeUntilItIsCommitted) {
  for (std::uint64_t value = 1; value < 5; ++value) {
    SCOPED_TRACE(value);
    begin(value);
    expect_all(value - 1);
    store(0, value);
    expect_all(value - 1);
    store(1, value);
    expect_all(value - 1);
    commit_checkpoint(header());
    expect_all(value);
  }
}

TEST_F(CheckpointTest, KeepsTheLanesThatDidNotMove) {
  checkpoint(1);
  for (std::uint64_t value = 2; value < 5; ++value) {
    begin(value);
    store(0, value);
    commit_checkpoint(header());
    expect_lane(0, value);
    expect_lane(1, 1);
  }
}

// Each state that a death between two stores can leave, and those of other orders in a lane.
TEST_F(CheckpointTest, IsNeverMixedOfTwo) {
  checkpoint(1);
  checkpoint(2);
  const std::vector<std::uint64_t> before = words();
  begin(3);
  store(0, 3);
  store(1, 3);
  const std::vector<std::uint64_t> after = words();
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < before.size(); ++i)
    if (before[i] != after[i]) changed.push_back(i);
  // By their places: counts, undo_of, undo; then those of the lanes.
  constexpr std::size_t kStored[] = {6, 7, 8, 9, 10, 5, 0, 1, 2, 3, 4};
  constexpr std::size_t kLaneWords = 8;
  ASSERT_EQ(changed.size(), std::size(kStored) + kLaneWords);
  const auto set_all = [&](const std::vector<std::uint64_t>& to) {
    for (const std::size_t i : changed) region.at<Word>(0)[i] = to[i];
  };
  for (const bool is_backwards : {false, true}) {
    set_all(before);
    for (const std::size_t i : kStored) {
      region.at<Word>(0)[changed[i]] = after[changed[i]];
      expect_all(2);
    }
    for (std::size_t i = 0; i < kLaneWords; ++i) {
      const std::size_t at = changed[changed.size() - (is_backwards ? 1 + i : kLaneWords - i)];
      region.at<Word>(0)[at] = after[at];
      expect_all(2);
    }
    commit_checkpoint(header());
    expect_all(3);
    header().checkpoint = 2;
  }
}

TEST_F(CheckpointTest, OfVersionsWithOneIsTheirs) {
  Checkpoint& only = region.lane(0).checkpoints[0];
  only.position = only.records = only.overwritten = 7;
  count(9);
  expect_lane(0, 7);
  expect_counts(9);
  begin(10);
  store(0, 8);
  expect_lane(0, 7);
  expect_counts(9);
  commit_checkpoint(header());
  expect_lane(0, 8);
  expect_counts(10);
}

TEST_F(CheckpointTest, OfAnyBytesIsSomeNumbers) {
  const std::uint64_t numbers[] = {0, 1, 2, kHighest - 1, kHighest};
  for (const std::uint64_t number : numbers)
    for (const std::uint64_t first : numbers)
      for (const std::uint64_t second : numbers) {
        header().checkpoint = number;
        header().undo_of = first;
        region.lane(0).checkpoints[0].number = first;
        region.lane(0).checkpoints[1].number = second;
        EXPECT_LE(newest_entry(number, region.lane(0)), 1u);
        (void)load_checkpoint(header(), region.lane(0));
        (void)load_counts(header());
        checkpoint(5);
      }
}

TEST_F(CheckpointTest, IsWholeWhileItIsWritten) {
  constexpr std::uint64_t kCheckpoints = 1'000;
  const std::jthread writer([&] {
    for (std::uint64_t value = 1; value <= kCheckpoints; ++value) {
      checkpoint(value);
      std::this_thread::yield();
    }
  });
  for (std::uint64_t last = 0; last < kCheckpoints;) {
    const LaneCheckpoint lane = load_checkpoint(header(), region.lane(1));
    const SpanCounts counts = load_counts(header());
    ASSERT_TRUE(lane.records == lane.position && lane.overwritten == lane.position);
    ASSERT_TRUE(counts.refused == counts.delivered && counts.damaged == counts.delivered);
    ASSERT_GE(lane.position, last);
    ASSERT_GE(counts.delivered, lane.position);
    last = lane.position;
  }
}

}  // namespace
}  // namespace nanospan::format
