#include <algorithm>

#include "base/utf8.h"
#include "capture/value_text.h"

namespace nanospan::capture {
namespace {

using detail::ElementType;

void append_word(std::pmr::string& out, std::uint64_t word) {
  out.append(reinterpret_cast<const char*>(&word), sizeof(word));
}

void append_padded(std::pmr::string& out, std::string_view bytes) {
  out.append(bytes).append((8 - bytes.size() % 8) % 8, '\0');
}

}  // namespace

std::uint32_t append_elements(Attributes attributes, const ElementLimits& limits,
                              std::pmr::string& out) {
  constexpr std::size_t kDroppedBytes = 16;
  const std::size_t bytes_max = limits.bytes_max - std::min(limits.bytes_max, kDroppedBytes);
  std::uint32_t taken = 0, clipped = 0;
  for (const Attribute& attribute : attributes) {
    const std::size_t used = out.size() + (1 + detail::words_of(attribute.key.size())) * 8;
    const std::size_t room = used < bytes_max ? (bytes_max - used) / 8 * 8 : 0;
    if (attribute.key.empty() || taken == limits.count_max || room == 0) {
      ++clipped;
      continue;
    }
    std::pmr::string scratch(out.get_allocator());
    ElementValue value = element_value(attribute.value, limits.characters_max, scratch);
    if (value.type == ElementType::kString && value.bytes.size() > room) {
      value.bytes = base::truncate_utf8(value.bytes, room);
      value.cut = true;
    }
    const bool fits = value.bytes.size() <= room;
    if (!fits || value.cut) ++clipped;
    if (!fits) continue;
    const std::uint64_t header =
        detail::element_header(value.type, 0, attribute.key.size(), value.bytes.size());
    append_word(out, header);
    if (detail::fixed_words(value.type) != 0) append_word(out, value.fixed);
    append_padded(out, attribute.key);
    append_padded(out, value.bytes);
    ++taken;
  }
  if (const std::uint64_t dropped = attributes.size() - taken;
      dropped != 0 && limits.bytes_max >= kDroppedBytes) {
    append_word(out, detail::element_header(ElementType::kDropped, 0, 0, 0));
    append_word(out, dropped);
  }
  return clipped;
}

}  // namespace nanospan::capture
