// The tick counter: what the hot path stores instead of a time.
//
// Threads: any. Ticks of one process come from one source, chosen once (TickSource in the region's
// header); the counters of different cores agree only as far as the machine promises it (an
// invariant TSC, the AArch64 virtual counter).
#pragma once

#include <cstdint>
#include <ctime>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace nanospan::detail {

enum class TickSource : std::uint32_t { kTsc = 1, kCntvct = 2, kClockGettime = 3 };

inline std::uint64_t clock_ticks() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(now.tv_nsec);
}

#if defined(__x86_64__) && !defined(NANOSPAN_CLOCK_GETTIME)
inline constexpr TickSource kCompiledTickSource = TickSource::kTsc;
inline std::uint64_t read_ticks() noexcept {
  return __rdtsc();
}
// Not before every load that precedes it in program order: a child whose parent lives on another
// thread must not appear to start before it (plain reads did so by up to 86 ns).
inline std::uint64_t read_ticks_ordered() noexcept {
  unsigned cpu;
  return __rdtscp(&cpu);
}
// Whether the counter runs at one pace on all cores, whatever their frequency and sleep.
inline bool has_invariant_ticks() noexcept {
  unsigned eax = 0x80000007, ebx = 0, ecx = 0, edx = 0;
  asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
  return (edx & (1u << 8)) != 0;
}
#elif defined(__aarch64__) && !defined(NANOSPAN_CLOCK_GETTIME)
inline constexpr TickSource kCompiledTickSource = TickSource::kCntvct;
inline std::uint64_t read_ticks() noexcept {
  std::uint64_t ticks;
  asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
}
inline std::uint64_t read_ticks_ordered() noexcept {
  std::uint64_t ticks;
  asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks)::"memory");
  return ticks;
}
inline bool has_invariant_ticks() noexcept {
  return true;
}
#else
inline constexpr TickSource kCompiledTickSource = TickSource::kClockGettime;
inline std::uint64_t read_ticks() noexcept {
  return clock_ticks();
}
inline std::uint64_t read_ticks_ordered() noexcept {
  return clock_ticks();
}
inline bool has_invariant_ticks() noexcept {
  return true;
}
#endif

}  // namespace nanospan::detail
