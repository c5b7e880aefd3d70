// Who answers for spans dies at every instruction of it, and each time the sum is whole.
//
// As in single_step_test; here the drain's answers are stepped through, and those of a process that
// recovers the region of one which died within an answer. After each instruction a fresh reader
// that begins at the checkpoint must find all that was not answered for, and nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "crash/checkpoint_page.h"
#include "crash/copied_region.h"
#include "crash/shared_page.h"
#include "crash/stepped_process.h"
#include "decode/batch_builder.h"
#include "decode/region_reader.h"
#include "format/checkpoint.h"
#include "support/recording.h"

namespace nanospan::test {
namespace {

std::uint64_t sum_of(const format::SpanCounts& counts) {
  return counts.delivered + counts.refused + counts.overwritten + counts.unexported +
         counts.damaged;
}

// Behind which store of an answer its process dies.
enum class Death { kNever, kUndo, kFirstLane, kLastLane };

bool is_there(const format::RegionView& view, Death death) {
  const std::uint64_t number = view.header().checkpoint.load();
  if (number == 0 || death == Death::kNever) return false;
  if (death == Death::kUndo) return view.header().undo_of.load() == number + 1;
  const std::uint32_t index = death == Death::kFirstLane ? 0 : view.lane_count() - 1;
  const auto& checkpoints = view.lane(index)->checkpoints;
  return std::any_of(std::begin(checkpoints), std::end(checkpoints),
                     [&](const auto& checkpoint) { return checkpoint.number.load() > number; });
}

class CheckpointStep : public ::testing::TestWithParam<Death> {
 protected:
  // Up to its end, or its death, which leaves `answered_` as the region says.
  void step_through(std::vector<std::string> arguments, Death death) {
    const std::string page_path = directory_.file("page" + std::to_string(++programs_));
    arguments.insert(arguments.begin() + 2, page_path);
    SteppedProcess process(arguments);
    if (process.forbidden()) GTEST_SKIP() << "ptrace is forbidden here: nothing can be stepped";
    ASSERT_TRUE(process.is_stopped());
    const SharedPage<CheckpointPage> page(page_path);
    region_path_ = page->region_path;
    RegionCopy copy(region_path_);
    bool is_dead = false;
    for (; process.is_stopped() && !is_dead; is_dead || process.run()) {
      take_ids(*page);
      ASSERT_NO_FATAL_FAILURE(is_dead = step_through_answer(process, copy, *page, death));
    }
    EXPECT_EQ(is_dead, death != Death::kNever) << "it never came there";
    copy.take();
    answered_.resize(answered_in(*copy.view()));
    earlier_ = answered_.size();
  }
  // True: it is where it shall die.
  bool step_through_answer(SteppedProcess& process, RegionCopy& copy, const CheckpointPage& page,
                           Death death) {
    for (const std::uint32_t answers = page.answers.load(); page.answers.load() == answers;) {
      const bool has_stepped = process.step();
      EXPECT_TRUE(has_stepped) << "it died by itself";
      ++instructions_;
      if (!has_stepped) return true;
      if (!copy.take()) continue;
      ++looks_;
      const auto view = copy.view();
      EXPECT_TRUE(view.ok()) << view.error();
      if (view.ok()) expect_whole(*view);
      if (::testing::Test::HasFailure()) {
        ADD_FAILURE() << "after instruction " << instructions_;
        return true;
      }
      if (is_there(*view, death)) return true;
    }
    return false;
  }
  void take_ids(const CheckpointPage& page) {
    for (; recorded_.size() < page.recorded.count.load();)
      recorded_.insert(page.recorded.ids[recorded_.size()].load());
    for (std::size_t i = answered_.size() - earlier_; i < page.exported.count.load(); ++i)
      answered_.push_back(page.exported.ids[i].load());
  }
  static std::size_t answered_in(const format::RegionView& view) {
    const format::SpanCounts counts = format::load_counts(view.header());
    return static_cast<std::size_t>(counts.delivered + counts.refused);
  }
  void expect_whole(const format::RegionView& view);

  PrivateDirectory directory_;
  std::string region_path_;
  std::uint64_t instructions_ = 0, looks_ = 0;
  std::uint64_t unanswered_ = 0;  // at the last look

 private:
  int programs_ = 0;
  std::set<std::uint64_t> recorded_;
  std::vector<std::uint64_t> answered_;  // exported; of the last parcel perhaps not answered for
  std::size_t earlier_ = 0;              // of these by programs before
};

void CheckpointStep::expect_whole(const format::RegionView& view) {
  const format::SpanCounts counts = format::load_counts(view.header());
  std::uint64_t committed = 0, confirmed = 0, overwritten = 0;
  for (std::uint32_t index = 0; index < view.lane_count(); ++index) {
    const format::LaneHeader& lane = *view.lane(index);
    const format::LaneCheckpoint checkpoint = format::load_checkpoint(view.header(), lane);
    committed += lane.counters.records.load();
    confirmed += checkpoint.records;
    overwritten += checkpoint.overwritten;
  }
  EXPECT_EQ(sum_of(counts), confirmed) << "the counts and the lanes are of different checkpoints";
  EXPECT_EQ(counts.overwritten, overwritten);
  decode::RegionReader reader(view, {.owner_is_gone = true});
  reader.start_at_confirmed();
  BatchBuilder batch;
  const decode::ReadStats stats = reader.read_finished(batch, kCheckpointSpansMax);
  EXPECT_EQ(stats.damaged, 0u);
  EXPECT_EQ(sum_of(counts) + stats.spans + stats.overwritten, committed);
  unanswered_ = stats.spans + stats.overwritten;

  const std::size_t answered = answered_in(view);
  ASSERT_LE(answered, answered_.size());
  const auto end = answered_.begin() + static_cast<std::ptrdiff_t>(answered);
  std::set<std::uint64_t> found(answered_.begin(), end);
  EXPECT_EQ(found.size(), answered) << "answered for twice";
  for (const SpanView span : batch.batch()) {
    EXPECT_TRUE(recorded_.contains(span.span_id().value)) << "invented";
    EXPECT_TRUE(found.insert(span.span_id().value).second) << "answered for, and recovered";
  }
  EXPECT_TRUE(std::all_of(end, answered_.end(), [&](std::uint64_t id) {
    return found.contains(id);
  })) << "exported, not answered for, and not recovered";
  EXPECT_EQ(recorded_.size() - found.size(), counts.overwritten + stats.overwritten);
}

TEST_P(CheckpointStep, LeavesTheWholeSumAfterEveryInstruction) {
  step_through({CHECKPOINT_PROGRAM, directory_.path()}, GetParam());
  // Whoever recovers it dies as well, twice; the last one comes to the end.
  for (const Death death : {Death::kUndo, Death::kFirstLane, Death::kNever}) {
    if (IsSkipped() || HasFailure()) return;
    step_through({CHECKPOINT_PROGRAM, region_path_, "recover"}, death);
  }
  EXPECT_EQ(unanswered_, 0u);
  std::printf("%llu instructions, %llu looks at the region\n",
              static_cast<unsigned long long>(instructions_),
              static_cast<unsigned long long>(looks_));
}

INSTANTIATE_TEST_SUITE_P(OfADrainThatDies, CheckpointStep,
                         ::testing::Values(Death::kNever, Death::kUndo, Death::kFirstLane,
                                           Death::kLastLane));

}  // namespace
}  // namespace nanospan::test
