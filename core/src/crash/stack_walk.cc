#include "crash/stack_walk.h"

#include <setjmp.h>
#include <signal.h>
#include <unistd.h>
#include <unwind.h>

#include <atomic>

extern "C" int _dl_find_object(void*, void*) __attribute__((weak));

namespace nanospan::crash {
namespace {

// Of the walk that is under way: one at a time in a process.
sigjmp_buf way_out;
std::atomic<pid_t> walker{0};

// Volatile: its values must survive the jump.
struct Walk {
  std::uint64_t first;
  std::span<std::uint64_t> frames;
  volatile std::size_t count;
};

_Unwind_Reason_Code on_frame(_Unwind_Context* context, void* data) {
  auto& walk = *static_cast<Walk*>(data);
  const std::uint64_t pc = _Unwind_GetIP(context);
  const std::size_t count = walk.count;
  if (count == 0 && pc != walk.first) return _URC_NO_REASON;  // the handler's own
  if (pc == 0 && count != 0) return _URC_END_OF_STACK;
  walk.frames[count] = pc;
  walk.count = count + 1;
  return count + 1 == walk.frames.size() ? _URC_END_OF_STACK : _URC_NO_REASON;
}

sigset_t faults() noexcept {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGSEGV);
  sigaddset(&set, SIGBUS);
  return set;
}

// Nothing here has a destructor that a jump would pass over.
std::size_t unwind(std::uint64_t first, std::span<std::uint64_t> frames) noexcept {
  if (&_dl_find_object == nullptr) return 0;
  Walk walk{first, frames, 0};
  const sigset_t unblocked = faults();
  sigset_t before;
  pthread_sigmask(SIG_UNBLOCK, &unblocked, &before);
  walker.store(gettid(), std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (sigsetjmp(way_out, 0) == 0) _Unwind_Backtrace(on_frame, &walk);
  walker.store(0, std::memory_order_relaxed);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return walk.count;
}

std::size_t follow_frame_pointers(const Registers& registers,
                                  std::span<std::uint64_t> frames) noexcept {
  std::size_t count = 0;
  frames[count++] = registers.pc;
  if (registers.link != 0 && count < frames.size()) frames[count++] = registers.link;
  std::uint64_t at = registers.frame;
  while (count < frames.size() && at % sizeof(at) == 0) {
    std::uint64_t saved[2];  // the caller's frame pointer, the return address
    if (!read_words(at, saved, 2) || saved[1] == 0) break;
    if (saved[1] != frames[count - 1]) frames[count++] = saved[1];
    if (saved[0] <= at) break;  // stacks grow down
    at = saved[0];
  }
  return count;
}

}  // namespace

void prepare_walk() noexcept {
  std::uint64_t frames[4];
  (void)walk_from(reinterpret_cast<std::uint64_t>(__builtin_return_address(0)), frames);
}

std::size_t walk_interrupted(const Registers& registers, std::span<std::uint64_t> frames) noexcept {
  const std::size_t count = unwind(registers.pc, frames);
  return count > 1 ? count : follow_frame_pointers(registers, frames);
}

std::size_t walk_from(std::uint64_t from, std::span<std::uint64_t> frames) noexcept {
  const std::size_t count = unwind(from, frames);
  if (count != 0) return count;
  frames[0] = from;
  return 1;
}

void leave_walk(pid_t thread, int signal) noexcept {
  const bool is_fault = signal == SIGSEGV || signal == SIGBUS;
  if (is_fault && walker.load(std::memory_order_relaxed) == thread) siglongjmp(way_out, 1);
}

}  // namespace nanospan::crash
