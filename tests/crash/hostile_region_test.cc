// Files that claim to be regions: the command says what is wrong or shows what can be read, soon,
// in bounded memory, and by a documented exit code.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <filesystem>
#include <random>
#include <thread>

#include "format/region_layout.h"
#include "stress/numbered.h"
#include "support/dead_recording.h"
#include "support/log_lines.h"
#include "support/recording.h"
#include "terminal/exit_code.h"

namespace nanospan::test {
namespace {

// What one run may take; the mapping of the file is not counted among the memory.
constexpr rlim_t kCpuSeconds = 10, kMemoryBytes = 400u << 20, kOutputBytes = 256u << 20;

class HostileRegion : public ::testing::Test {
 protected:
  void SetUp() override {
    whole_ = dead_recording();
    ASSERT_GT(whole_.size(), format::kPage);
    path_ = directory_.file("x.nspan");
    output_ = directory_.file("out.pb");
  }

  format::RegionHeader& header_of(std::string& region) const {
    return *reinterpret_cast<format::RegionHeader*>(region.data());
  }
  // Pages of zeros stay holes, as in the file that a process leaves.
  void write(const std::string& bytes) const {
    const int fd = open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ASSERT_GE(fd, 0);
    static const std::string zeros(format::kPage, '\0');
    for (std::size_t at = 0; at < bytes.size(); at += format::kPage) {
      const std::size_t size = std::min(format::kPage, bytes.size() - at);
      if (std::memcmp(bytes.data() + at, zeros.data(), size) == 0) continue;
      ASSERT_EQ(pwrite(fd, bytes.data() + at, size, static_cast<off_t>(at)),
                static_cast<ssize_t>(size));
    }
    ASSERT_EQ(ftruncate(fd, static_cast<off_t>(bytes.size())), 0);
    close(fd);
  }
  // Its exit code; -1 and a failed test: a signal ended it.
  int run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), NANOSPAN_COMMAND);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      const int nowhere = open("/dev/null", O_RDWR);
      for (int fd = 0; fd <= 2; ++fd) dup2(nowhere, fd);
      const auto limit = [](auto what, rlim_t value) {
        const rlimit both{value, value};
        setrlimit(what, &both);
      };
      limit(RLIMIT_CPU, kCpuSeconds);
      limit(RLIMIT_DATA, kMemoryBytes);
      limit(RLIMIT_FSIZE, kOutputBytes);
      limit(RLIMIT_CORE, 0);
      execv(argv[0], argv.data());
      _exit(127);
    }
    return exit_code_of(child);
  }
  static int exit_code_of(pid_t child) {
    int status = 0;
    // Far more than the processor time that it has: who waits for a writer uses none.
    pid_t ended = 0;
    for (int tries = 0; tries < 60'000 && ended == 0; ++tries) {
      ended = waitpid(child, &status, WNOHANG);
      if (ended == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (ended == 0) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      ADD_FAILURE() << "it hangs";
      return -1;
    }
    EXPECT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int inspect(const std::string& path) const { return run({"inspect", path}); }
  int export_from(const std::string& path) const {
    return run({"export", path, "-o", output_, "--force"});
  }
  // Either of them, by turns: any documented code but those for mistakes of the caller.
  void expect_coped(int turn) const {
    const int code = turn % 4 == 0 ? inspect(path_) : export_from(path_);
    EXPECT_TRUE(code == tools::kOk || code == tools::kNothingFound || code == tools::kUnreadable ||
                code == tools::kDamaged)
        << "exit code " << code;
  }
  void expect_coped_with(const std::string& bytes) const {
    write(bytes);
    for (const int turn : {0, 1}) expect_coped(turn);
  }

  PrivateDirectory directory_;
  std::string whole_, path_, output_;
};

TEST_F(HostileRegion, TheWholeFileIsRead) {
  write(whole_);
  EXPECT_EQ(inspect(path_), tools::kOk);
  EXPECT_EQ(export_from(path_), tools::kOk);
}

TEST_F(HostileRegion, CutAtAnyPage) {
  const std::size_t pages = whole_.size() / format::kPage;
  const std::size_t step =
      std::max<std::size_t>(1, pages / (40 * static_cast<std::size_t>(stress_factor(5, 1000))));
  for (std::size_t page = 0; page < pages; page += page < 20 ? 1 : step) {
    SCOPED_TRACE("cut to " + std::to_string(page) + " pages");
    write(whole_.substr(0, page * format::kPage));
    EXPECT_EQ(export_from(path_), tools::kUnreadable);
  }
}

TEST_F(HostileRegion, BitsThatFlipped) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  std::vector<std::size_t> used;  // words that are not zero
  for (std::size_t at = 0; at + 8 <= whole_.size(); at += 8)
    if (std::memcmp(whole_.data() + at, "\0\0\0\0\0\0\0\0", 8) != 0) used.push_back(at);
  const int files = 150 * stress_factor(5, 100);
  for (int file = 0; file < files && !HasFailure(); ++file) {
    SCOPED_TRACE("file " + std::to_string(file) + " of seed " + std::to_string(seed));
    std::string bytes = whole_;
    // Early words are the header, which most depends on.
    const std::size_t reach = file % 3 == 0 ? std::min<std::size_t>(60, used.size()) : used.size();
    for (std::uint64_t flips = 1 + random() % 8; flips != 0; --flips)
      bytes[used[random() % reach] + random() % 8] ^= static_cast<char>(1u << random() % 8);
    write(bytes);
    expect_coped(file);
  }
}

TEST_F(HostileRegion, OfAnotherVersionOrByteOrder) {
  std::string other = whole_;
  header_of(other).version_major = 2;
  write(other);
  EXPECT_EQ(inspect(path_), tools::kUnreadable);
  EXPECT_EQ(export_from(path_), tools::kUnreadable);
  other = whole_;
  for (std::size_t at = 0; at + 8 <= other.size(); at += 8)
    std::reverse(other.data() + at, other.data() + at + 8);
  write(other);
  EXPECT_EQ(inspect(path_), tools::kUnreadable);
  EXPECT_EQ(export_from(path_), tools::kUnreadable);
}

TEST_F(HostileRegion, NumbersInItsHeaderThatLie) {
  for (const std::uint64_t lie :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{64}, std::uint64_t{whole_.size()},
        ~std::uint64_t{0}, ~std::uint64_t{0} / 64 * 64, std::uint64_t{1} << 40}) {
    for (std::size_t word = 3; word < 48 && !HasFailure(); ++word) {
      SCOPED_TRACE("word " + std::to_string(word) + " is " + std::to_string(lie));
      std::string bytes = whole_;
      std::memcpy(bytes.data() + 8 * word, &lie, 8);
      write(bytes);
      expect_coped(static_cast<int>(word) + (lie == 0));
    }
  }
}

TEST_F(HostileRegion, NotAFile) {
  const std::string fifo = directory_.file("fifo.nspan"), link = directory_.file("link.nspan"),
                    loop = directory_.file("loop.nspan"), folder = directory_.file("d.nspan");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  ASSERT_EQ(symlink("loop.nspan", loop.c_str()), 0);
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  for (const std::string& path : {fifo, loop, std::string("/dev/null"), std::string("/dev/zero"),
                                  std::string("/dev/full"), directory_.file("none")}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(inspect(path), tools::kUnreadable);
    EXPECT_EQ(export_from(path), tools::kUnreadable);
  }
  EXPECT_EQ(inspect(folder), tools::kNothingFound);
  EXPECT_EQ(export_from(folder), tools::kNothingFound);
  // Of a directory only the files are taken.
  EXPECT_EQ(export_from(directory_.path()), tools::kNothingFound);
  write(whole_);
  EXPECT_EQ(export_from(directory_.path()), tools::kOk);
  ASSERT_EQ(symlink(path_.c_str(), link.c_str()), 0);
  EXPECT_EQ(export_from(link), tools::kOk);
}

TEST_F(HostileRegion, ATerabyteOfNothing) {
  constexpr off_t kTerabyte = off_t{1} << 40;
  write("");
  ASSERT_EQ(truncate(path_.c_str(), kTerabyte), 0);
  for (const int turn : {0, 1}) expect_coped(turn);
  std::string bytes = whole_;
  header_of(bytes).region_bytes = kTerabyte;
  write(bytes);
  ASSERT_EQ(truncate(path_.c_str(), kTerabyte), 0);
  for (const int turn : {0, 1}) expect_coped(turn);
}

}  // namespace
}  // namespace nanospan::test
