#include "region/boot_id.h"

#include "base/read_file.h"

namespace nanospan::region {

std::array<std::uint8_t, 16> read_boot_id() noexcept {
  char buffer[64];
  std::array<std::uint8_t, 16> id{};
  std::size_t digits = 0;
  for (const char c : base::read_beginning("/proc/sys/kernel/random/boot_id", buffer)) {
    unsigned nibble;
    if (c >= '0' && c <= '9')
      nibble = static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f')
      nibble = static_cast<unsigned>(c - 'a') + 10;
    else
      continue;
    if (digits == 2 * id.size()) break;
    id[digits / 2] = static_cast<std::uint8_t>(unsigned{id[digits / 2]} << 4 | nibble);
    ++digits;
  }
  return id;
}

}  // namespace nanospan::region
