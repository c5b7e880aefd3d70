// The slot protocol under C++20's memory model, every run: no torn record as written, and a torn
// one as soon as any step is left out. Bounds and semantics: README.md.
#include <gtest/gtest.h>

#include <vector>

#include "slot_model.h"

namespace nanospan::model {
namespace {

using Records = std::vector<std::uint32_t>;

// All sequences of `count` records of 1 to 3 slots.
std::vector<Records> all_records(std::size_t count) {
  std::vector<Records> all{{}};
  for (std::size_t done = 0; done < count; ++done) {
    std::vector<Records> longer;
    for (const Records& records : all) {
      for (std::uint32_t slots = 1; slots <= 3; ++slots) {
        longer.push_back(records);
        longer.back().push_back(slots);
      }
    }
    all = std::move(longer);
  }
  return all;
}

Outcome explore_all(const Protocol& protocol, std::size_t count) {
  Outcome total;
  for (const Records& records : all_records(count)) {
    const Outcome one = explore(protocol, records);
    total.runs += one.runs;
    total.accepted += one.accepted;
    if (one.torn.empty()) continue;
    total.torn = "records of slots:";
    for (const std::uint32_t slots : records) total.torn += " " + std::to_string(slots);
    total.torn += "\n" + one.torn;
    break;
  }
  return total;
}

constexpr std::size_t kRecords = 5;

TEST(ViewExplorer, ProtocolAsWrittenAcceptsNoTornRecord) {
  const Outcome outcome = explore_all(Protocol{}, kRecords);
  EXPECT_EQ(outcome.torn, "");
  EXPECT_GT(outcome.accepted, 0u);
  RecordProperty("runs", std::to_string(outcome.runs));
}

struct Mutation {
  const char* name;
  Protocol protocol;
};

class EachStepLeftOut : public ::testing::TestWithParam<Mutation> {};

TEST_P(EachStepLeftOut, LetsATornRecordThrough) {
  EXPECT_NE(explore_all(GetParam().protocol, kRecords).torn, "") << "no run needs this step";
}

TEST_P(EachStepLeftOut, LetsATornRecordThroughWithoutTheCounterToo) {
  Protocol mutated = GetParam().protocol;
  mutated.counter = CounterAt::kNowhere;
  EXPECT_NE(explore_all(mutated, kRecords).torn, "") << "no run needs this step";
}

INSTANTIATE_TEST_SUITE_P(Steps, EachStepLeftOut,
                         ::testing::Values(Mutation{"Zeroing", {.zeroing = Zeroing::kNone}},
                                           Mutation{"ZeroingOfFurtherSlots",
                                                    {.zeroing = Zeroing::kHeadOnly}},
                                           Mutation{"ReleaseFence", {.release_fence = false}},
                                           Mutation{"ReleaseOfHead", {.release_head = false}},
                                           Mutation{"FirstAcquire", {.acquire_first = false}},
                                           Mutation{"AcquireFence", {.acquire_fence = false}}),
                         [](const auto& step) { return std::string(step.param.name); });

// Needed by nobody who enters a record at its head.
TEST(ViewExplorer, ReleaseOfFurtherSlotsOrdersNothing) {
  EXPECT_EQ(explore_all({.release_continue = false}, kRecords).torn, "");
}

// A reader that begins with an acquire of the counter has the record's words by that alone: the
// order of the head is then a second rope. The other four are not.
constexpr Protocol behind_counter(Protocol protocol) {
  protocol.limit_first = true;
  return protocol;
}

TEST(ReaderBehindTheCounter, AsWrittenAcceptsNoTornRecord) {
  EXPECT_EQ(explore_all(behind_counter({}), kRecords).torn, "");
}

TEST(ReaderBehindTheCounter, NeedsTheZeroingAndBothFences) {
  EXPECT_NE(explore_all(behind_counter({.zeroing = Zeroing::kNone}), kRecords).torn, "");
  EXPECT_NE(explore_all(behind_counter({.zeroing = Zeroing::kHeadOnly}), kRecords).torn, "");
  EXPECT_NE(explore_all(behind_counter({.release_fence = false}), kRecords).torn, "");
  EXPECT_NE(explore_all(behind_counter({.acquire_fence = false}), kRecords).torn, "");
}

// Positions of a head that come round while the reader looks on: 8 positions, two rounds.
const Records kTwoRounds(18, 1);

TEST(PositionsComeRound, WithoutTheCounterAnotherRoundPassesForThisOne) {
  const Protocol none{.limit_first = true, .counter = CounterAt::kNowhere, .positions = 8};
  EXPECT_NE(explore(none, kTwoRounds).torn, "");
}

TEST(PositionsComeRound, CounterReadAfterAnAcquiringCheckIsExact) {
  const Outcome outcome = explore({.acquire_check = true,
                                   .limit_first = true,
                                   .counter = CounterAt::kAfterCheck,
                                   .positions = 8},
                                  kTwoRounds);
  EXPECT_EQ(outcome.torn, "");
  EXPECT_GT(outcome.accepted, 0u);
}

// The known limit of reading it earlier: a reader that sleeps for exactly one round of positions,
// 2^40 slots in the real ring, between the counter and the check.
TEST(PositionsComeRound, CounterReadBeforeTheCheckLeavesOneRoundOfSleep) {
  const Protocol earlier{.limit_first = true, .positions = 8};
  EXPECT_NE(explore(earlier, kTwoRounds).torn, "");
}

// Loss is exact when a record's number is: the lane's count extends it, read while the record is
// still known to stand. 8 sequences, more than a ring's records and less than what is written.
TEST(SequencesComeRound, CountReadBeforeTheFenceNumbersEveryRecord) {
  const Outcome outcome =
      explore({.limit_first = true, .number = NumberAt::kBeforeFence}, Records(14, 1));
  EXPECT_EQ(outcome.misnumbered, "");
  EXPECT_GT(outcome.accepted, 0u);
}

TEST(SequencesComeRound, CountReadAfterTheCheckTakesOneForAnother) {
  const Outcome outcome =
      explore({.limit_first = true, .number = NumberAt::kAfterCheck}, Records(14, 1));
  EXPECT_NE(outcome.misnumbered, "");
}

}  // namespace
}  // namespace nanospan::model
