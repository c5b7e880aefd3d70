#include "region/boot_id.h"

#include <cstdio>

namespace nanospan::region {

std::array<std::uint8_t, 16> read_boot_id() noexcept {
  char text[64] = {};
  if (std::FILE* file = std::fopen("/proc/sys/kernel/random/boot_id", "re")) {
    if (std::fgets(text, sizeof(text), file) == nullptr) text[0] = '\0';
    std::fclose(file);
  }
  std::array<std::uint8_t, 16> id{};
  std::size_t digits = 0;
  for (const char* at = text; *at != '\0' && digits < 2 * id.size(); ++at) {
    unsigned nibble;
    if (*at >= '0' && *at <= '9')
      nibble = static_cast<unsigned>(*at - '0');
    else if (*at >= 'a' && *at <= 'f')
      nibble = static_cast<unsigned>(*at - 'a') + 10;
    else
      continue;
    id[digits / 2] = static_cast<std::uint8_t>(unsigned{id[digits / 2]} << 4 | nibble);
    ++digits;
  }
  return id;
}

}  // namespace nanospan::region
