// The system's clocks, in ns: the monotonic one, and those of CPU time.
//
// Threads: any.
#pragma once

#include <time.h>

namespace nanospan::bench {

[[nodiscard]] inline double clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}
[[nodiscard]] inline double monotonic_ns() {
  return clock_ns(CLOCK_MONOTONIC);
}

}  // namespace nanospan::bench
