#include "base/sentence.h"

#include <cinttypes>
#include <cstdarg>
#include <cstdio>

namespace nanospan::base {

std::string sentence(const char* format, ...) {
  std::va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, arguments);
  va_end(arguments);
  std::string text(length < 0 ? 0 : static_cast<std::size_t>(length), '\0');
  // The terminator goes where the string has its own.
  if (length > 0) (void)std::vsnprintf(text.data(), text.size() + 1, format, again);
  va_end(again);
  return text;
}

std::string counted(std::uint64_t count, const char* noun) {
  return sentence("%" PRIu64 " %s%s", count, noun, count == 1 ? "" : "s");
}

}  // namespace nanospan::base
