// After warm-up, recording allocates nothing and calls no system but to wake the drain.
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <thread>

#include "capture/runtime.h"
#include "support/counted_malloc.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;

constinit Key key_method{"http.request.method"};
constinit Key value_get{"GET"};
constinit Key key_user{"user.id"};
constinit Key event_name{"cache miss"};

// What the promise covers: scoped spans with a few attributes, an event, a status.
[[gnu::noinline]] void work(int rounds, std::string_view user) {
  for (int i = 0; i < rounds; ++i) {
    NANOSPAN_SCOPE(outer, "outer");
    outer.set_attribute(key_method, value_get);
    outer.set_attribute(key_user, user);
    outer.set_attribute("count", i);
    {
      NANOSPAN_SCOPE(inner, "inner");
      inner.set_attribute("ratio", i * 0.5);
      inner.add_event(event_name);
      inner.add_event("hit", {{"limit", 50}});
    }
    NANOSPAN_SCOPE(plain, "plain");
    if (i % 7 == 0) outer.set_status(StatusCode::kError, "timeout");
  }
}

constexpr int kWarmUp = 20'000, kRounds = 20'000;

TEST(HotPath, AllocatesNothing) {
#if !NANOSPAN_TEST_COUNTS_MALLOC
  GTEST_SKIP() << "The sanitizer has malloc for itself.";
#else
  Recording recording;
  const std::string user(24, 'u');
  work(kWarmUp, user);
  const long before = test::allocations;
  work(kRounds, user);
  EXPECT_EQ(test::allocations - before, 0);
  int* volatile made = new int;  // through a volatile, or the compiler leaves it out
  delete made;
  EXPECT_GT(test::allocations - before, 0) << "The hook counts.";
#endif
}

// From here on, a system call of this thread ends the process by SIGSYS. Allowed are exit_group,
// and the one that wakes the drain, by its doorbell and no other word: a mutex, too, is given up by
// a FUTEX_WAKE. A quarter of a ring may fill while the drain sleeps.
bool forbid_system_calls() {
  const auto bell = reinterpret_cast<std::uintptr_t>(&capture::current()->region->reader_bell());
  constexpr auto kWord = offsetof(seccomp_data, args[0]),
                 kOperation = offsetof(seccomp_data, args[1]);
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 7, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, 7),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kOperation),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FUTEX_WAKE_PRIVATE, 0, 5),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kWord),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(bell), 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kWord + 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(bell >> 32), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
  };
  const sock_fprog filter{sizeof(program) / sizeof(program[0]), program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

constexpr int kNoSeccomp = 3;

int status_of_child(void (*record)(Recording&)) {
  const pid_t child = fork();
  if (child == 0) {
    Recording recording;
    record(recording);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

TEST(HotPath, CallsNoSystemButToWakeTheDrain) {
#if !NANOSPAN_TEST_COUNTS_MALLOC
  GTEST_SKIP() << "The sanitizer calls the system for itself.";
#endif
  const int status = status_of_child([](Recording& recording) {
    std::atomic<int> done{0};
    std::thread([&] {
      const std::string user(24, 'u');
      work(kWarmUp, user);
      const bool forbidden = forbid_system_calls();
      if (forbidden) work(kRounds, user);
      done.store(forbidden ? 1 : kNoSeccomp);
      // Ending a thread takes system calls, so it never does.
      while (done.load() != 0) {
      }
    }).detach();
    while (done.load() == 0) std::this_thread::yield();
    if (done.load() == kNoSeccomp) _exit(kNoSeccomp);
    EXPECT_EQ(recording.accounting().started, 3u * (kWarmUp + kRounds));
    _exit(::testing::Test::HasFailure() ? 1 : 0);
  });
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoSeccomp)
    GTEST_SKIP() << "This kernel has no seccomp filters.";
  EXPECT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status);
  EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
}

void expect_trapped(void (*call)()) {
  static void (*trapped)() = nullptr;
  trapped = call;
  const int status = status_of_child([](Recording&) {
    if (!forbid_system_calls()) _exit(kNoSeccomp);
    trapped();
  });
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoSeccomp)
    GTEST_SKIP() << "This kernel has no seccomp filters.";
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

TEST(HotPath, TheSystemCallTrapSprings) {
  expect_trapped([] { (void)getppid(); });
}

TEST(HotPath, TheSystemCallTrapSpringsAtTheWordOfAnyOther) {
  expect_trapped([] {
    static std::uint32_t word = 0;
    (void)syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  });
}

}  // namespace
}  // namespace nanospan
