// Words of 8 bytes, as payloads and definitions are made of, put together.
//
// One function that grows them, out of line: each kind of push_back and insert would be one more.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace nanospan::base {

using Words = std::vector<std::uint64_t>;

void append(Words& to, std::span<const std::uint64_t> more);
inline void append(Words& to, std::uint64_t word) {
  append(to, std::span(&word, 1));
}
// Its bytes, the last word filled up with zeros.
void append_text(Words& to, std::string_view text);

}  // namespace nanospan::base
