#include "base/read_file.h"

#include <fcntl.h>
#include <unistd.h>

namespace nanospan::base {

std::string_view read_beginning(const char* path, std::span<char> into) noexcept {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return {};
  const ssize_t bytes = ::read(file, into.data(), into.size());
  ::close(file);
  return {into.data(), bytes < 0 ? 0 : static_cast<std::size_t>(bytes)};
}

}  // namespace nanospan::base
