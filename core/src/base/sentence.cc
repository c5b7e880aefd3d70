#include "base/sentence.h"

#include <cinttypes>
#include <cstdio>

namespace nanospan::base {

std::string sentence_of(const char* format, std::va_list arguments) {
  std::va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, arguments);
  std::string text(length < 0 ? 0 : static_cast<std::size_t>(length), '\0');
  // The terminator goes where the string has its own.
  if (length > 0) (void)std::vsnprintf(text.data(), text.size() + 1, format, again);
  va_end(again);
  return text;
}

std::string sentence(const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  std::string text = sentence_of(format, arguments);
  va_end(arguments);
  return text;
}

Status failure(const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  Status failed = Status::failure(sentence_of(format, arguments));
  va_end(arguments);
  return failed;
}

Counted counted(std::uint64_t count, const char* noun) noexcept {
  Counted text;
  (void)std::snprintf(text.words, sizeof(text.words), "%" PRIu64 " %s%s", count, noun,
                      count == 1 ? "" : "s");
  return text;
}

}  // namespace nanospan::base
