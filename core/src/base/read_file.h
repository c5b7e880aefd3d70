// The beginning of a small file, as those of /proc.
#pragma once

#include <span>
#include <string_view>

namespace nanospan::base {

// In `into`; "" if it can't be read.
[[nodiscard]] std::string_view read_beginning(const char* path, std::span<char> into) noexcept;

}  // namespace nanospan::base
