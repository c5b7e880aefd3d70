// Sentences for people: what went wrong, and what to do.
//
// By a format as printf has it, checked by the compiler: a chain of operator+ is more code at each
// of its many places than all that the place is about.
// Threads: pure. Errors: std::bad_alloc.
#pragma once

#include <cstdint>
#include <string>

namespace nanospan::base {

[[nodiscard, gnu::format(printf, 1, 2)]] std::string sentence(const char* format, ...);
// "1 span", "2 spans".
[[nodiscard]] std::string counted(std::uint64_t count, const char* noun);

}  // namespace nanospan::base
