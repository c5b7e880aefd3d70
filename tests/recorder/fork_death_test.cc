// Parents and children that die one without the other: a region is alive as long as its owner.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "recovery/claim.h"
#include "recovery/liveness.h"
#include "support/forked_child.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using recovery::Liveness;
using recovery::liveness_of;
using test::forked;
using test::PrivateDirectory;
using test::Recording;

// Lines one way; the end of the file when all writers are gone.
class Pipe {
 public:
  Pipe() {
    if (pipe(ends_) != 0) std::abort();
  }
  ~Pipe() {
    close(ends_[0]);
    close_writing();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_writing() {
    if (ends_[1] >= 0) close(std::exchange(ends_[1], -1));
  }
  void write(const std::string& line) const {
    if (::write(ends_[1], (line + "\n").data(), line.size() + 1) < 0) _exit(99);
  }
  std::string read() const {
    std::string line;
    char byte = 0;
    while (::read(ends_[0], &byte, 1) == 1 && byte != '\n') line += byte;
    return line;
  }

 private:
  int ends_[2];
};

enum class Child { kUntraced, kRecording, kRaw };

// A parent with one child, each of which tells its pid and region, and waits.
class Family {
 public:
  explicit Family(Child kind) {
    parent_ = forked([&] { live_as_parent(kind); });
    up_.close_writing();
    parents_region_ = up_.read();
    child_ = std::stoi(up_.read());
    childs_region_ = up_.read();
  }
  ~Family() {
    to_child_.write("end");
    if (parent_ > 0) (void)end_parent(SIGKILL);
  }
  [[nodiscard]] const std::string& directory() const { return directory_.path(); }
  [[nodiscard]] const std::string& parents_region() const { return parents_region_; }
  [[nodiscard]] const std::string& childs_region() const { return childs_region_; }
  // As waitpid() has it.
  int end_parent(int signal) {
    int status = 0;
    kill(parent_, signal);
    EXPECT_EQ(waitpid(std::exchange(parent_, -1), &status, 0) > 0, true);
    return status;
  }
  // It is gone when this returns: its parent has reaped it.
  void kill_child() {
    kill(child_, SIGKILL);
    to_parent_.write("reap");
    EXPECT_EQ(up_.read(), "reaped");
  }
  // What the child says of itself, after it has recorded once more.
  std::string let_child_end() {
    to_child_.write("end");
    return up_.read();
  }
  std::string let_parent_end() {
    to_parent_.write("end");
    return up_.read();
  }

 private:
  void live_as_parent(Child kind) {
    RecorderOptions options;
    options.service_name = "family";
    options.region_directory = directory_.path();
    const auto counts = std::make_shared<SpanStore>();
    if (kind == Child::kRecording)
      options.on_fork = [&](RecorderOptions& own) {
        own.exporters = {make_memory_exporter(counts)};
        own.recover_on_start = false;
      };
    Recording recording(std::move(options));
    up_.write(recording.recorder().region_path());
    NANOSPAN_SCOPE(outer, "outer");
    const auto child =
        kind == Child::kRaw ? static_cast<pid_t>(syscall(SYS_fork)) : static_cast<pid_t>(fork());
    if (child == 0) live_as_child(recording.recorder());
    if (to_parent_.read() == "reap") {
      waitpid(child, nullptr, 0);
      up_.write("reaped");
      (void)to_parent_.read();
    }
    outer.end();
    up_.write(recording.spans("outer").size() == 1 ? "whole" : "not whole");
    (void)recording.recorder().stop(std::chrono::seconds(5));
    _exit(0);
  }
  [[noreturn]] void live_as_child(Recorder& recorder) const {
    { NANOSPAN_SCOPE(span, "child"); }
    up_.write(std::to_string(getpid()));
    up_.write(recorder.region_path());
    (void)to_child_.read();
    { NANOSPAN_SCOPE(span, "child"); }
    const bool records = !recorder.region_path().empty();
    const bool is_whole = !records || (recorder.flush() && recorder.accounting().delivered == 2);
    if (records) (void)recorder.stop(std::chrono::seconds(5));
    up_.write(is_whole ? "whole" : "not whole");
    _exit(0);
  }

  PrivateDirectory directory_;
  Pipe up_, to_child_, to_parent_;
  pid_t parent_ = -1, child_ = -1;
  std::string parents_region_, childs_region_;
};

struct ForkDeath : testing::TestWithParam<Child> {
  void SetUp() override { SKIP_IF_A_CHILD_MAY_NOT_ALLOCATE(); }
};

TEST_P(ForkDeath, TheParentsRegionIsToBeRecoveredThoughItsChildLives) {
  Family family(GetParam());
  ASSERT_EQ(liveness_of(family.parents_region()), Liveness::kAlive);
  EXPECT_TRUE(WIFSIGNALED(family.end_parent(SIGKILL)));
  EXPECT_EQ(liveness_of(family.parents_region()), Liveness::kGone);
  {
    const auto file = recovery::DeadFile::find(family.parents_region());
    ASSERT_TRUE(file) << file.error();
    EXPECT_TRUE(recovery::Claim::take(*file).has_value());
  }
  RecorderOptions next;
  next.service_name = "family";
  next.region_directory = family.directory();
  Recording recording(std::move(next));
  EXPECT_TRUE(recording.span("outer").unfinished);
  EXPECT_EQ(recording.accounting().recovered_regions, 1u);
  EXPECT_FALSE(std::filesystem::exists(family.parents_region()));
  if (GetParam() == Child::kRecording) {
    EXPECT_EQ(liveness_of(family.childs_region()), Liveness::kAlive);
    EXPECT_TRUE(recording.spans("child").empty());
  }
  EXPECT_EQ(family.let_child_end(), "whole");
}

TEST_P(ForkDeath, TheParentsRegionLivesOnWhenItsChildDies) {
  Family family(GetParam());
  family.kill_child();
  EXPECT_EQ(liveness_of(family.parents_region()), Liveness::kAlive);
  if (GetParam() == Child::kRecording) {
    EXPECT_EQ(liveness_of(family.childs_region()), Liveness::kGone);
    RecorderOptions next;
    next.service_name = "family";
    next.region_directory = family.directory();
    Recording recording(std::move(next));
    recording.flush();
    EXPECT_EQ(recording.accounting().recovered_regions, 1u);
  }
  EXPECT_EQ(family.let_parent_end(), "whole");
}

INSTANTIATE_TEST_SUITE_P(Children, ForkDeath,
                         testing::Values(Child::kUntraced, Child::kRecording, Child::kRaw));

}  // namespace
}  // namespace nanospan
