#include "crash/posix_registers.h"

#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

namespace nanospan::crash {

Registers registers_of(const void* context) noexcept {
  Registers found;
  if (context == nullptr) return found;
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  found.pc = static_cast<std::uint64_t>(machine.gregs[REG_RIP]);
  found.sp = static_cast<std::uint64_t>(machine.gregs[REG_RSP]);
  found.frame = static_cast<std::uint64_t>(machine.gregs[REG_RBP]);
  // A call to nowhere has pushed it and done no more.
  (void)read_words(found.sp, &found.link, 1);
#elif defined(__aarch64__)
  found.pc = machine.pc;
  found.sp = machine.sp;
  found.frame = machine.regs[29];
  found.link = machine.regs[30];
#else
  (void)machine;
#endif
  return found;
}

bool came_on_alternate_stack(const void* context) noexcept {
  if (context == nullptr) return false;
  const stack_t& stack = static_cast<const ucontext_t*>(context)->uc_stack;
  if ((stack.ss_flags & SS_DISABLE) != 0) return true;
  const std::uint64_t first = reinterpret_cast<std::uint64_t>(stack.ss_sp);
  const std::uint64_t sp = registers_of(context).sp;
  return sp >= first && sp - first < stack.ss_size;
}

sigset_t mask_of(const void* context) noexcept {
  sigset_t mask;
  sigemptyset(&mask);
  if (context != nullptr) mask = static_cast<const ucontext_t*>(context)->uc_sigmask;
  return mask;
}

bool read_words(std::uint64_t address, std::uint64_t* into, std::size_t count) noexcept {
  const iovec local{into, count * sizeof(*into)};
  const iovec remote{reinterpret_cast<void*>(address), count * sizeof(*into)};
  return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) ==
         static_cast<ssize_t>(local.iov_len);
}

}  // namespace nanospan::crash
