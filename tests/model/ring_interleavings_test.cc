// Every interleaving of a writer and a cursor, step by step, while 8-bit positions and sequences
// wrap around: each record is delivered whole and once or counted as lost, never both or neither.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <tuple>
#include <vector>

#include "slot_protocol.h"

namespace nanospan::model {
namespace {

using Ring = SlotProtocol<std::uint8_t>;
using Records = std::vector<std::uint8_t>;

auto key_of(std::size_t written, const Ring::Cursor& at) {
  return std::tuple(written, at.step, at.copied, at.mixed, at.head.kind, at.head.position,
                    at.head.slots, at.position, at.limit, at.count, at.expected, at.delivered,
                    at.lost, at.record);
}

struct Result {
  std::size_t states = 0, endings = 0;
  std::uint64_t lost_min = ~std::uint64_t{0}, lost_max = 0;
};

// The cursor starts at `from`, when the writer has made `first` of its stores.
Result interleave(const std::vector<Ring::Lane>& lanes, std::uint64_t from, std::size_t first) {
  struct State {
    std::size_t written;
    Ring::Cursor cursor;
  };
  std::vector<State> todo{{first, Ring::cursor_at(from)}};
  std::set<decltype(key_of(0, todo[0].cursor))> seen;
  const std::uint64_t total = lanes.back().records - from;
  Result result;
  while (!todo.empty()) {
    State state = todo.back();
    todo.pop_back();
    if (!seen.insert(key_of(state.written, state.cursor)).second) continue;
    const bool last = state.written + 1 == lanes.size();
    if (!last) todo.push_back({state.written + 1, state.cursor});
    Ring::Cursor& at = state.cursor;
    if (last && at.step == Ring::Cursor::Step::kLimit && at.position == lanes.back().position) {
      Ring::settle(at, lanes.back());
      EXPECT_EQ(at.delivered + at.lost, total);
      ++result.endings;
      result.lost_min = std::min(result.lost_min, at.lost);
      result.lost_max = std::max(result.lost_max, at.lost);
      continue;
    }
    Ring::step(at, lanes[state.written]);
    EXPECT_FALSE(at.violated) << "store " << state.written << " position " << at.position;
    if (::testing::Test::HasFailure()) break;
    todo.push_back(state);
  }
  result.states = seen.size();
  return result;
}

TEST(RingInterleavings, WrapAroundLosesNothingUncounted) {
  const Result result = interleave(Ring::write(250, {1, 2, 1, 3, 1, 2, 2, 1}), 250, 0);
  EXPECT_EQ(result.lost_min, 0u) << "a cursor that keeps up gets all";
  EXPECT_GT(result.lost_max, 0u) << "no interleaving laps the cursor: the test is too small";
}

TEST(RingInterleavings, EveryMixOfThreeSizesFromEveryPlaceInTheRing) {
  for (std::uint64_t from = 252; from < 256; ++from) {
    for (unsigned mix = 0; mix < 81; ++mix) {
      Records records;
      for (unsigned rest = mix; records.size() < 4; rest /= 3)
        records.push_back(static_cast<std::uint8_t>(rest % 3 + 1));
      const Result result = interleave(Ring::write(from, records), from, 0);
      ASSERT_FALSE(HasFailure()) << "from " << from << " mix " << mix;
      ASSERT_GT(result.endings, 0u);
    }
  }
}

// A cursor that slept through more positions than the type can count: heads of another round look
// like the ones it left.
TEST(RingInterleavings, SleepLongerThanTheTypeCountsIsLostExactly) {
  for (std::size_t slept : {255u, 256u, 257u, 512u}) {
    const std::size_t stores_each = 5;  // of a record of one slot
    const auto lanes = Ring::write(250, Records(slept + 8, 1));
    const Result result = interleave(lanes, 250, slept * stores_each);
    EXPECT_GE(result.lost_min, slept - Ring::kRingSlots);
    EXPECT_GT(result.endings, 0u);
  }
}

}  // namespace
}  // namespace nanospan::model
