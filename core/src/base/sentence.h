// Sentences for people: what went wrong, and what to do.
//
// By a format as printf has it, checked by the compiler: a chain of operator+ is more code at each
// of its many places than all that the place is about.
// Threads: pure. Errors: std::bad_alloc.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <string>

#include "nanospan/status.h"

namespace nanospan::base {

[[nodiscard, gnu::format(printf, 1, 2)]] std::string sentence(const char* format, ...);
[[nodiscard, gnu::format(printf, 1, 0)]] std::string sentence_of(const char* format,
                                                                 std::va_list arguments);
// A Status that has failed, with this sentence.
[[nodiscard, gnu::format(printf, 1, 2)]] Status failure(const char* format, ...);
// "1 span", "2 spans": one short noun.
struct Counted {
  char words[48];
  [[nodiscard]] const char* c_str() const noexcept { return words; }
};
[[nodiscard]] Counted counted(std::uint64_t count, const char* noun) noexcept;

}  // namespace nanospan::base
