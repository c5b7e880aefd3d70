#include "harness/cache_size.h"

#include <charconv>

#include "harness/first_line.h"

namespace nanospan::bench {

std::size_t cache_bytes_of(std::string_view untrusted) {
  constexpr std::size_t kMost = std::size_t{1} << 40;
  std::size_t value = 0;
  const char* const end = untrusted.data() + untrusted.size();
  const auto [unit, error] = std::from_chars(untrusted.data(), end, value);
  if (error != std::errc() || value > kMost) return 0;
  if (unit == end) return value;
  if (unit + 1 != end) return 0;
  switch (*unit) {
    case 'K':
      return value << 10;
    case 'M':
      return value << 20;
    default:
      return 0;
  }
}

std::size_t l2_bytes(const std::string& untrusted_folder) {
  constexpr unsigned kCachesMax = 16;
  for (unsigned index = 0; index < kCachesMax; ++index) {
    const std::string cache = untrusted_folder + "/index" + std::to_string(index) + "/";
    if (first_line(cache + "level") == "2" && first_line(cache + "type") != "Instruction")
      return cache_bytes_of(first_line(cache + "size"));
  }
  return 0;
}

std::size_t l2_bytes(unsigned cpu) {
  return l2_bytes("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache");
}

}  // namespace nanospan::bench
