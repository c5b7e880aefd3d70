#include "recovery/claim.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "recovery/dead_process.h"
#include "recovery/liveness.h"

namespace nanospan::recovery {
namespace {

using test::DeadProcess;
using test::found;
using test::region_name;

class Claiming : public ::testing::Test {
 protected:
  void SetUp() override { DeadProcess().write_to(path_); }

  test::PrivateDirectory directory_;
  const std::string path_ = directory_.file(region_name(1));
};

// A child that has done `body` and waits to be killed.
class Waiting {
 public:
  template <typename F>
  explicit Waiting(const F& body) {
    int ready[2];
    EXPECT_EQ(pipe(ready), 0);
    pid_ = fork();
    if (pid_ == 0) {
      const auto held = body(ready[1]);
      if (::write(ready[1], held ? "!" : "?", 1) != 1) _exit(1);
      for (;;) pause();
    }
    EXPECT_EQ(::read(ready[0], &said_, 1), 1);
    close(ready[0]);
    close(ready[1]);
  }
  ~Waiting() { end(); }
  void end() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(std::exchange(pid_, -1), nullptr, 0);
  }
  [[nodiscard]] bool succeeded() const { return said_ == '!'; }

 private:
  pid_t pid_ = -1;
  char said_ = '?';
};

TEST_F(Claiming, IsForOneAtATime) {
  {
    const auto first = Claim::take(found(path_));
    ASSERT_TRUE(first);
    EXPECT_EQ(liveness_of(path_), Liveness::kBeingRecovered);
    EXPECT_FALSE(Claim::take(found(path_)));
  }
  EXPECT_EQ(liveness_of(path_), Liveness::kGone);
  EXPECT_TRUE(Claim::take(found(path_)));
}

TEST_F(Claiming, NeverTakesALiveRegion) {
  region::Region& live = test::live_region(directory_.path());
  EXPECT_FALSE(Claim::take(found(live.path())));
  EXPECT_EQ(liveness_of(live.path()), Liveness::kAlive);
  live.close(false);
}

TEST_F(Claiming, ByAProcessThatDiesIsFreeAgain) {
  Waiting claimer([&](int) { return Claim::take(found(path_)); });
  ASSERT_TRUE(claimer.succeeded());
  EXPECT_FALSE(Claim::take(found(path_)));
  claimer.end();
  EXPECT_TRUE(Claim::take(found(path_)));
}

TEST_F(Claiming, IsNotLostToALoopThatClosesAllDescriptors) {
  const Waiting daemon([&](int keep) {
    auto claim = Claim::take(found(path_));
    for (int fd = 3; fd < 256; ++fd)
      if (fd != keep) close(fd);
    return claim;
  });
  ASSERT_TRUE(daemon.succeeded());
  EXPECT_EQ(liveness_of(path_), Liveness::kBeingRecovered);
}

TEST_F(Claiming, IsNotInheritedByAChild) {
  auto claim = Claim::take(found(path_));
  ASSERT_TRUE(claim);
  const Waiting child([](int) { return std::optional<int>(1); });
  claim.reset();
  EXPECT_EQ(liveness_of(path_), Liveness::kGone);
}

TEST_F(Claiming, OfAFileThatWasRemovedOrReplacedFails) {
  const DeadFile file = found(path_);
  std::filesystem::rename(path_, directory_.file("moved"));
  EXPECT_FALSE(Claim::take(file));
  DeadProcess().write_to(path_);
  EXPECT_FALSE(Claim::take(file));
}

TEST_F(Claiming, RemovesNoFileButItsOwn) {
  auto claim = Claim::take(found(path_));
  ASSERT_TRUE(claim);
  std::filesystem::rename(path_, directory_.file("moved"));
  std::ofstream(path_) << "precious";
  EXPECT_FALSE(claim->remove());
  EXPECT_TRUE(std::filesystem::exists(path_));
  const Patch patch{0, 1, {42}};
  EXPECT_FALSE(claim->write({&patch, 1}));
  std::ifstream in(path_);
  std::string text;
  in >> text;
  EXPECT_EQ(text, "precious");
}

TEST_F(Claiming, RemovesItsFile) {
  auto claim = Claim::take(found(path_));
  ASSERT_TRUE(claim);
  EXPECT_TRUE(claim->remove());
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace nanospan::recovery
