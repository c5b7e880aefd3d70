// What the processor executes for a span: counted by stepping through a child, instruction by
// instruction. No call, no locked instruction, no system call, and a budget.
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

#include "support/recording.h"

#if defined(__x86_64__) && defined(__OPTIMIZE__) && defined(NDEBUG)

namespace nanospan {
namespace {

constinit Key method{"http.request.method"}, user_id{"user.id"}, rows{"rows"}, ratio{"ratio"};
constinit Key get{"GET"};

#define MARK() asm volatile("int3" ::: "memory")

struct Work {
  bool marked = false;  // else a warm-up
  std::string_view user = "abcdefghijklmnopqrstuvwx";
  std::int64_t number = 7;
  double real = 0.5;
};

[[gnu::noinline]] void plain(const Work& work) {
  if (work.marked) MARK();
  { NANOSPAN_SCOPE(span, "plain"); }
  if (work.marked) MARK();
}

[[gnu::noinline]] void four_attributes(const Work& work) {
  if (work.marked) MARK();
  {
    NANOSPAN_SCOPE(span, "four attributes");
    span.set_attribute(method, get);
    span.set_attribute(user_id, work.user);
    span.set_attribute(rows, work.number);
    span.set_attribute(ratio, work.real);
  }
  if (work.marked) MARK();
}

struct Executed {
  int instructions = 0, calls = 0, locked = 0, system_calls = 0;
  bool traced = false;
};

// One instruction by its first bytes; prefixes that compilers put before these are skipped.
void count(const unsigned char* code, Executed& executed) {
  ++executed.instructions;
  const unsigned char* at = code;
  for (; *at == 0x66 || *at == 0xf2 || *at == 0xf3 || *at == 0x64 || *at == 0xf0; ++at)
    if (*at == 0xf0) ++executed.locked;
  if ((*at & 0xf0) == 0x40) ++at;  // REX
  const unsigned reg = at[1] >> 3 & 7, mod = at[1] >> 6;
  if (*at == 0xe8 || (*at == 0xff && reg == 2)) ++executed.calls;
  if ((*at == 0x86 || *at == 0x87) && mod != 3) ++executed.locked;  // xchg with memory
  if (at[0] == 0x0f && at[1] == 0x05) ++executed.system_calls;
}

// From the mark at which the child stands to the next.
Executed step_through(pid_t child) {
  Executed executed;
  int status = 0;
  do {
    user_regs_struct registers{};
    ptrace(PTRACE_GETREGS, child, nullptr, &registers);
    unsigned char code[16] = {};
    iovec here{code, sizeof(code)}, there{reinterpret_cast<void*>(registers.rip), sizeof(code)};
    if (process_vm_readv(child, &here, 1, &there, 1, 0) <= 0) break;
    executed.traced = code[0] == 0xcc;
    if (executed.traced) break;
    count(code, executed);
    ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr);
  } while (waitpid(child, &status, 0) == child && WIFSTOPPED(status));
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return executed;
}

Executed executed_by(void (*function)(const Work&)) {
  const pid_t child = fork();
  if (child == 0) {
    test::Recording recording;
    Work work;
    for (int i = 0; i < 1000; ++i) function(work);
    recording.flush();
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
    work.marked = true;
    function(work);
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return {};
  return step_through(child);
}

void expect_lean(const Executed& executed, int instructions_max, int calls_max) {
  if (!executed.traced) GTEST_SKIP() << "This user may not trace a child.";
  EXPECT_LE(executed.calls, calls_max);
  EXPECT_EQ(executed.locked, 0);
  EXPECT_EQ(executed.system_calls, 0);
  EXPECT_LE(executed.instructions, instructions_max);
  EXPECT_GT(executed.instructions, 20);
  ::testing::Test::RecordProperty("instructions", executed.instructions);
}

TEST(HotPathCost, OfASpan) {
  expect_lean(executed_by(plain), 180, 0);
}

// Its end calls once, to copy what the span was given, and that copies by one call more.
TEST(HotPathCost, OfASpanWithFourAttributes) {
  expect_lean(executed_by(four_attributes), 700, 2);
}

[[gnu::noinline]] void opaque() {
  asm volatile("");
}

void expensive(const Work& work) {
  static std::atomic<int> shared{0};
  if (work.marked) MARK();
  shared.fetch_add(1);
  opaque();
  if (work.marked) MARK();
}

TEST(HotPathCost, IsSeenWhereItIs) {
  const Executed executed = executed_by(expensive);
  if (!executed.traced) GTEST_SKIP() << "This user may not trace a child.";
  EXPECT_EQ(executed.locked, 1);
  EXPECT_EQ(executed.calls, 1);
}

}  // namespace
}  // namespace nanospan

#else

TEST(HotPathCost, IsCountedInOptimisedBuildsForX86) {
  GTEST_SKIP()
      << "Instructions are counted where the compiler optimises for x86-64 and no sanitizer "
         "adds its own: in the release build.";
}

#endif
