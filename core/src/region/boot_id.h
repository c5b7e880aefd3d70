// Which boot of the machine this is.
#pragma once

#include <array>
#include <cstdint>

namespace nanospan::region {

// /proc/sys/kernel/random/boot_id as bytes; zeros if it can't be read.
[[nodiscard]] std::array<std::uint8_t, 16> read_boot_id() noexcept;

}  // namespace nanospan::region
