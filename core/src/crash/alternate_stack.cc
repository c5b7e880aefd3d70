#include "crash/alternate_stack.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace nanospan::crash {
namespace {

constexpr std::size_t kGuardBytes = 4096;
constexpr std::size_t kWorkBytes = 64u << 10;  // the handler, the unwinder, a reporter behind us

// With the registers that the processor has, which may be more than MINSIGSTKSZ says.
std::size_t mapped_bytes() noexcept {
  const long saved = sysconf(_SC_MINSIGSTKSZ);
  const std::size_t wanted =
      kWorkBytes + static_cast<std::size_t>(std::max<long>(saved, MINSIGSTKSZ));
  return kGuardBytes + (wanted + 4095) / 4096 * 4096;
}

void take_back(void* mapped) noexcept {
  stack_t now{};
  // It may have been replaced, by somebody who knows of ours and will restore it.
  if (sigaltstack(nullptr, &now) == 0 &&
      now.ss_sp == static_cast<std::byte*>(mapped) + kGuardBytes) {
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    if (sigaltstack(&none, nullptr) != 0) return;
  }
  munmap(mapped, mapped_bytes());
}

pthread_key_t owner_key() noexcept {
  static const pthread_key_t key = [] {
    pthread_key_t made{};
    pthread_key_create(&made, take_back);
    return made;
  }();
  return key;
}

}  // namespace

bool give_alternate_stack() noexcept {
  stack_t now{};
  if (sigaltstack(nullptr, &now) != 0) return false;
  if ((now.ss_flags & SS_DISABLE) == 0 || pthread_getspecific(owner_key()) != nullptr) return true;
  const std::size_t bytes = mapped_bytes();
  void* const mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (mapped == MAP_FAILED) return false;
  mprotect(mapped, kGuardBytes, PROT_NONE);
  stack_t ours{};
  ours.ss_sp = static_cast<std::byte*>(mapped) + kGuardBytes;
  ours.ss_size = bytes - kGuardBytes;
  if (sigaltstack(&ours, nullptr) != 0 || pthread_setspecific(owner_key(), mapped) != 0) {
    take_back(mapped);
    return false;
  }
  return true;
}

}  // namespace nanospan::crash
