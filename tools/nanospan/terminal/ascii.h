// Drawings and names in ASCII, for screens that show nothing else.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace nanospan::tools {

// As wide as before: what this command draws with has a stand-in, any other character is "?".
[[nodiscard]] std::string to_ascii(std::string_view utf8);

}  // namespace nanospan::tools
