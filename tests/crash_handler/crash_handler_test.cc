// Programs that crash for real: what their regions say of it, and that they die as without us.
#include <signal.h>

#include <fstream>
#include <iterator>
#include <string_view>

#include "crashed.h"

namespace nanospan::test {
namespace {

using format::CrashKind;

constexpr std::string_view kSanitizer = SANITIZER;

class CrashHandler : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kSanitizer != "")
      GTEST_SKIP() << "a sanitizer's own handlers decide how the process ends: " << kSanitizer;
  }
  PrivateDirectory directory_;
};

TEST_F(CrashHandler, SaysWhatASegfaultWas) {
  const Crashed crashed = crash("null", directory_);
  EXPECT_EQ(crashed.signal(), SIGSEGV);
  ASSERT_TRUE(crashed.report);
  EXPECT_FALSE(crashed.report->torn);
  EXPECT_EQ(crashed.report->kind, CrashKind::kSignal);
  EXPECT_EQ(crashed.report->signal, SIGSEGV);
  EXPECT_EQ(crashed.report->code, SEGV_MAPERR);
  EXPECT_EQ(crashed.report->address, 0u);
  EXPECT_EQ(crashed.report->sender, 0u);
  EXPECT_EQ(crashed.report->thread_name, "crasher");
  EXPECT_EQ(crashed.report->lane, 0u);
  EXPECT_EQ(crashed.report->tenancy, 1u);
  EXPECT_NE(crashed.report->span_id, 0u);
  EXPECT_NE(crashed.report->ticks, 0u);
  EXPECT_EQ(decode::crash_type(*crashed.report), "SIGSEGV");
  EXPECT_EQ(decode::crash_message(*crashed.report), "address not mapped, at 0x0");
}

TEST_F(CrashHandler, WalksTheStackThroughItsModules) {
  const Crashed crashed = crash("null", directory_);
  ASSERT_TRUE(crashed.report);
  const decode::CrashReport& report = *crashed.report;
  ASSERT_GE(report.frames.size(), 4u);  // dereference_null, main, the C library twice
  EXPECT_EQ(report.frames[0], report.pc);
  std::vector<std::string> paths;
  for (const std::uint64_t frame : report.frames) {
    const auto* const module = report.find_module(frame);
    ASSERT_NE(module, nullptr) << std::hex << frame;
    EXPECT_FALSE(module->build_id.empty()) << module->path;
    paths.push_back(module->path);
  }
  EXPECT_EQ(paths.front(), std::filesystem::canonical(CRASHER).string());
  EXPECT_EQ(paths.back(), paths.front());  // _start
  EXPECT_NE(decode::raw_stack_trace(report).find("crasher+0x"), std::string::npos);
}

TEST_F(CrashHandler, DiesByTheSignalThatCameWhateverItWas) {
  const struct {
    const char* how;
    int signal;
  } cases[] = {{"divide", SIGFPE},
               {"trap", SIGILL},
               {"abort", SIGABRT},
               {"call-null", SIGSEGV},
               {"overflow", SIGSEGV},
               {"double-free", SIGABRT},
               {"in-malloc", SIGABRT},
               {"in-exporter", SIGSEGV},
               {"two-threads", SIGSEGV},
               {"no-span", SIGSEGV},
               {"overflow-on-thread", SIGSEGV},
               {"overflow-on-early-thread", SIGSEGV}};
  for (const auto& one : cases) {
    const PrivateDirectory directory;
    const Crashed crashed = crash(one.how, directory);
    EXPECT_EQ(crashed.signal(), one.signal) << one.how;
    ASSERT_TRUE(crashed.report) << one.how;
    EXPECT_FALSE(crashed.report->torn) << one.how;
    EXPECT_EQ(crashed.report->signal, one.signal) << one.how;
    EXPECT_GE(crashed.report->frames.size(), 2u) << one.how;
  }
}

TEST_F(CrashHandler, WalksAnOverflownStackToTheLimit) {
  const Crashed crashed = crash("overflow-on-thread", directory_);
  ASSERT_TRUE(crashed.report);
  EXPECT_EQ(crashed.report->frames.size(), std::size_t{format::kCrashFrames});
  EXPECT_EQ(crashed.report->lane, 1u);
}

TEST_F(CrashHandler, TellsWhoSentASignal) {
  const Crashed crashed = crash("sent", directory_);
  EXPECT_EQ(crashed.signal(), SIGSEGV);
  ASSERT_TRUE(crashed.report);
  EXPECT_NE(crashed.report->sender, 0u);
  EXPECT_EQ(crashed.report->address, 0u);
}

TEST_F(CrashHandler, NamesTheExceptionThatNobodyCaught) {
  const Crashed crashed = crash("throw-on-thread", directory_);
  EXPECT_EQ(crashed.signal(), SIGABRT);
  ASSERT_TRUE(crashed.report);
  EXPECT_EQ(crashed.report->kind, CrashKind::kTerminate);
  EXPECT_EQ(decode::crash_type(*crashed.report), "std::runtime_error");
  EXPECT_EQ(decode::crash_message(*crashed.report), "the disk is gone");
  EXPECT_EQ(crashed.report->lane, 1u);
  EXPECT_GE(crashed.report->frames.size(), 4u);
}

TEST_F(CrashHandler, TakesExceptionsOfAnyTypeAndNone) {
  const Crashed number = crash("throw-int", directory_);
  EXPECT_EQ(number.signal(), SIGABRT);
  ASSERT_TRUE(number.report);
  EXPECT_EQ(decode::crash_type(*number.report), "int");
  EXPECT_EQ(decode::crash_message(*number.report), "");
  const PrivateDirectory other;
  const Crashed none = crash("terminate", other);
  EXPECT_EQ(none.signal(), SIGABRT);
  ASSERT_TRUE(none.report);
  EXPECT_EQ(decode::crash_type(*none.report), "std::terminate");
}

TEST_F(CrashHandler, HandsOnToWhoWasThereBefore) {
  const struct {
    const char* how;
    int signal;
  } cases[] = {{"previous", SIGSEGV},
               {"previous-once", SIGSEGV},
               {"terminate-handled", SIGABRT},
               {"abort-handled", SIGABRT}};
  for (const auto& one : cases) {
    const PrivateDirectory directory;
    const Crashed crashed = crash(one.how, directory);
    EXPECT_EQ(crashed.output, "the handler before\n") << one.how;
    EXPECT_EQ(crashed.signal(), one.signal) << one.how;
    EXPECT_TRUE(crashed.report) << one.how;
  }
}

TEST_F(CrashHandler, ForgetsAFaultThatWasOvercome) {
  const PrivateDirectory copies;
  const Crashed crashed = crash("made-good", directory_, copies.path());
  EXPECT_EQ(crashed.output, "went on\n");
  EXPECT_TRUE(WIFEXITED(crashed.status));
  EXPECT_FALSE(crashed.report);
  EXPECT_TRUE(std::filesystem::is_empty(copies.path()));
}

TEST_F(CrashHandler, DescribesTheCrashBehindAFaultThatWasJumpedOutOf) {
  const Crashed crashed = crash("jumped", directory_);
  EXPECT_EQ(crashed.output, "back\n");
  EXPECT_EQ(crashed.signal(), SIGABRT);
  ASSERT_TRUE(crashed.report);
  EXPECT_EQ(crashed.report->signal, SIGABRT);
}

TEST_F(CrashHandler, EndsTheProcessAtASecondFault) {
  const Crashed within = crash("second-fault", directory_);
  EXPECT_EQ(within.signal(), SIGSEGV);
  EXPECT_FALSE(within.report);
  const PrivateDirectory other;
  const Crashed before = crash("previous-faults", other);
  EXPECT_EQ(before.signal(), SIGSEGV);
  EXPECT_EQ(before.output, "the handler before\n");
  EXPECT_TRUE(before.report);
  const PrivateDirectory third;
  const Crashed what = crash("what-faults", third);
  EXPECT_EQ(what.signal(), SIGSEGV);
  ASSERT_TRUE(what.report);
  EXPECT_EQ(what.report->kind, CrashKind::kTerminate);
}

TEST_F(CrashHandler, LeavesAChildsCrashOutOfTheParentsRegion) {
  for (const char* const how : {"in-fork", "in-vfork"}) {
    const PrivateDirectory directory;
    const Crashed crashed = crash(how, directory);
    EXPECT_EQ(crashed.output, "child died\n") << how;
    EXPECT_FALSE(crashed.report) << how;
  }
}

TEST_F(CrashHandler, DescribesTheCrashOfARecordingChildInTheChildsRegion) {
  const Crashed crashed = crash("in-recording-child", directory_);
  EXPECT_EQ(crashed.output, "child died\n");
  EXPECT_EQ(crashed.status, 0);
  ASSERT_TRUE(crashed.report);
  EXPECT_FALSE(crashed.report->torn);
  EXPECT_EQ(crashed.report->signal, SIGSEGV);
  EXPECT_NE(crashed.report->span_id, 0u);
  EXPECT_GE(crashed.report->frames.size(), 2u);
}

TEST_F(CrashHandler, CopiesTheRegionToWhereItOutlivesMemory) {
  const PrivateDirectory copies;
  const Crashed crashed = crash("null", directory_, copies.path());
  EXPECT_EQ(crashed.signal(), SIGSEGV);
  const auto found = files_in(copies.path(), ".region");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(files_in(copies.path(), ".part").empty());
  const auto copy = report_of(found[0]);
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->pc, crashed.report->pc);
  EXPECT_EQ(copy->frames, crashed.report->frames);
  EXPECT_EQ(copy->modules.size(), crashed.report->modules.size());
}

TEST_F(CrashHandler, CopiesAsLongAsItTakesWhenAskedTo) {
  const PrivateDirectory copies;
  const Crashed crashed = crash("abort", directory_, copies.path());
  EXPECT_EQ(crashed.signal(), SIGABRT);
  EXPECT_EQ(files_in(copies.path(), ".region").size(), 1u);
}

TEST(CrashHandlerUnderASanitizer, BothSayWhatTheyKnow) {
  if (kSanitizer.find("address") == std::string_view::npos)
    GTEST_SKIP() << "this build has no AddressSanitizer";
  const PrivateDirectory directory;
  setenv("ASAN_OPTIONS", ("log_path=" + directory.file("asan")).c_str(), 1);
  const Crashed crashed = crash("null", directory);
  ASSERT_TRUE(crashed.report);
  EXPECT_EQ(crashed.report->signal, SIGSEGV);
  EXPECT_GE(crashed.report->frames.size(), 2u);
  EXPECT_TRUE(WIFEXITED(crashed.status) && WEXITSTATUS(crashed.status) != 0);
  std::string said;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
    if (entry.path().filename().string().starts_with("asan.")) {
      std::ifstream file(entry.path());
      said.assign(std::istreambuf_iterator<char>(file), {});
    }
  EXPECT_NE(said.find("AddressSanitizer: SEGV"), std::string::npos) << said;
}

TEST_F(CrashHandler, RefusesADirectoryThatIsNotThere) {
  const Crashed refused = crash("null", directory_, directory_.file("missing"));
  EXPECT_EQ(WEXITSTATUS(refused.status), 2);
  EXPECT_NE(refused.output.find("can't be copied to"), std::string::npos) << refused.output;
}

}  // namespace
}  // namespace nanospan::test
