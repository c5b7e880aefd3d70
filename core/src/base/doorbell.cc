#include "base/doorbell.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace nanospan::base {
namespace {

static_assert(sizeof(std::atomic<Doorbell::Sleep>) == sizeof(std::uint32_t));

}  // namespace

void Doorbell::ring(Sleep sleep) noexcept {
  if (!is_asleep(sleep) ||
      !state_.compare_exchange_strong(sleep, sleep + 1, std::memory_order_relaxed))
    return;
  const int kept = errno;
  syscall(SYS_futex, &state_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  errno = kept;
}

Doorbell::Sleep Doorbell::lie_down() noexcept {
  return state_.fetch_add(1, std::memory_order_relaxed) + 1;
}

bool Doorbell::sleep(Sleep sleep, std::chrono::nanoseconds longest) noexcept {
  using std::chrono::steady_clock;
  for (auto end = steady_clock::now() + longest; now() == sleep;) {
    const auto left = end - steady_clock::now();
    if (left <= left.zero()) break;
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec relative{static_cast<std::time_t>(whole.count()),
                            static_cast<long>((left - whole).count())};
    syscall(SYS_futex, &state_, FUTEX_WAIT_PRIVATE, sleep, &relative, nullptr, 0);
  }
  return !state_.compare_exchange_strong(sleep, sleep + 1, std::memory_order_relaxed);
}

}  // namespace nanospan::base
