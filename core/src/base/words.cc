#include "base/words.h"

#include <cstring>

namespace nanospan::base {

void append(Words& to, std::span<const std::uint64_t> more) {
  const std::size_t at = to.size();
  to.resize(at + more.size());
  if (!more.empty()) std::memcpy(to.data() + at, more.data(), more.size_bytes());
}

void append_text(Words& to, std::string_view text) {
  const std::size_t at = to.size();
  to.resize(at + (text.size() + 7) / 8);
  if (!text.empty()) std::memcpy(to.data() + at, text.data(), text.size());
}

}  // namespace nanospan::base
