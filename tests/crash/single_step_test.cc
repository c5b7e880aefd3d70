// A writer dies at every instruction, and each time a fresh reader finds all that it must.
//
// The writer is carried out step by step; after each instruction that changed its region or its
// page, a copy of the region is read as if the process had died there. It does not die: standing
// still and being dead look the same from outside.
#include <gtest/gtest.h>

#include <cstdlib>

#include "crash/copied_region.h"
#include "crash/script_check.h"
#include "crash/shared_page.h"
#include "crash/stepped_process.h"
#include "stress/numbered.h"
#include "support/recording.h"

namespace nanospan::test {
namespace {

struct Arguments {
  const PrivateDirectory& directory;
  bool laps_larger_ring;
};

// The same script without steps, for the place of each record.
bool run_uninterrupted(const Arguments& arguments, const std::string& page) {
  const std::string command = std::string(STEP_WRITER) + " " + arguments.directory.path() + " " +
                              page + " " + (arguments.laps_larger_ring ? "1" : "0") + " 0";
  return std::system(command.c_str()) == 0;
}

class SingleStep : public ::testing::Test {
 protected:
  void step_through(bool laps_larger_ring) {
    const Arguments arguments{directory_, laps_larger_ring};
    const std::vector<Act> script = make_script(laps_larger_ring);
    ASSERT_LE(script.size(), kActsMax);
    ASSERT_TRUE(run_uninterrupted(arguments, directory_.file("uninterrupted")));
    const SharedPage<Progress> uninterrupted(directory_.file("uninterrupted"));
    const RecordPlaces places(script, *uninterrupted);

    SteppedProcess writer({STEP_WRITER, directory_.path(), directory_.file("stepped"),
                           laps_larger_ring ? "1" : "0", "1"});
    if (writer.forbidden()) GTEST_SKIP() << "ptrace is forbidden here: nothing can be stepped";
    ASSERT_TRUE(writer.is_stopped());
    const SharedPage<Progress> progress(directory_.file("stepped"));
    RegionCopy copy(progress->region_path);
    ScriptCheck check(script, places);
    for (std::uint32_t acts = 0; acts < script.size(); ++acts) {
      ASSERT_NO_FATAL_FAILURE(step_through_act(writer, copy, check, *progress));
      writer.run();
    }
    EXPECT_EQ(progress->returned.load(), script.size());
    RecordProperty("instructions", std::to_string(instructions_));
    RecordProperty("looks", std::to_string(looks_));
    std::printf("%llu instructions, %llu looks at the region\n",
                static_cast<unsigned long long>(instructions_),
                static_cast<unsigned long long>(looks_));
  }

  void step_through_act(SteppedProcess& writer, RegionCopy& copy, ScriptCheck& check,
                        const Progress& progress) {
    const std::uint32_t acts = progress.returned.load();
    for (std::uint32_t begun = acts; progress.returned.load() == acts;) {
      ASSERT_TRUE(writer.step()) << "the writer died by itself";
      ++instructions_;
      const bool is_new = copy.take();
      const bool has_moved = progress.returned.load() != acts || progress.begun.load() != begun;
      begun = progress.begun.load();
      if (!is_new && !has_moved) continue;
      ++looks_;
      const auto view = copy.view();
      ASSERT_TRUE(view.ok()) << view.error();
      ASSERT_EQ(check.check(*view, progress), "")
          << "after instruction " << instructions_ << ", within act " << begun << " of the script";
    }
  }

  PrivateDirectory directory_;
  std::uint64_t instructions_ = 0, looks_ = 0;
};

TEST_F(SingleStep, EveryInstructionLeavesAllThatWasRecorded) {
  step_through(stress_factor(2, 2) > 1);
}

}  // namespace
}  // namespace nanospan::test
