#include "base/cache_lines.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace nanospan::base {

#if defined(__x86_64__)
namespace {

constexpr std::size_t kLineBytes = 64;

bool has_clflushopt() noexcept {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ebx & bit_CLFLUSHOPT) != 0;
}

}  // namespace

void give_lines_back(const void* first, std::size_t bytes) noexcept {
  static const bool can = has_clflushopt();
  if (!can) return;
  const char* const begin = static_cast<const char*>(first);
  for (std::size_t at = 0; at < bytes; at += kLineBytes)
    asm volatile("clflushopt %0" : : "m"(begin[at]));
}
#else
void give_lines_back(const void*, std::size_t) noexcept {}
#endif

}  // namespace nanospan::base
