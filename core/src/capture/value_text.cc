#include "capture/value_text.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/utf8.h"

namespace nanospan::capture {
namespace {

using detail::ElementType;
using detail::kElementBytesMax;

template <typename T>
ElementValue array_value(ElementType type, std::span<const T> items) noexcept {
  const std::size_t count = std::min(items.size(), kElementBytesMax / sizeof(T));
  return {type,
          0,
          {reinterpret_cast<const char*>(items.data()), count * sizeof(T)},
          count < items.size()};
}

std::string_view cut_text(std::string_view text, std::uint32_t characters_max) noexcept {
  // No text has more characters than bytes.
  if (text.size() > characters_max) text = base::truncate_utf8_characters(text, characters_max);
  return text.size() > kElementBytesMax ? base::truncate_utf8(text, kElementBytesMax) : text;
}

ElementValue strings_value(const StringList& list, std::uint32_t characters_max,
                           std::pmr::string& scratch) {
  ElementValue made{ElementType::kStringArray, 0, {}, false};
  list.for_each([&](std::string_view item) {
    const std::string_view text = cut_text(item, characters_max);
    made.cut |= text.size() < item.size();
    const auto bytes = static_cast<std::uint32_t>(text.size());
    if (scratch.size() + sizeof(bytes) + bytes > kElementBytesMax) {
      made.cut = true;
      return;
    }
    scratch.append(reinterpret_cast<const char*>(&bytes), sizeof(bytes)).append(text);
  });
  made.bytes = scratch;
  return made;
}

void append_word(std::pmr::string& out, std::uint64_t word) {
  out.append(reinterpret_cast<const char*>(&word), sizeof(word));
}

void append_padded(std::pmr::string& out, std::string_view bytes) {
  out.append(bytes).append((8 - bytes.size() % 8) % 8, '\0');
}

}  // namespace

ElementValue element_value(const AttributeValue& value, std::uint32_t characters_max,
                           std::pmr::string& scratch) {
  switch (value.type()) {
    case ValueType::kString: {
      const std::string_view text = cut_text(value.as_string(), characters_max);
      return {ElementType::kString, 0, text, text.size() < value.as_string().size()};
    }
    case ValueType::kBool:
      return {ElementType::kBool, value.as_bool() ? 1u : 0u, {}, false};
    case ValueType::kInt64:
      return {ElementType::kInt64, static_cast<std::uint64_t>(value.as_int64()), {}, false};
    case ValueType::kDouble:
      return {ElementType::kDouble, std::bit_cast<std::uint64_t>(value.as_double()), {}, false};
    case ValueType::kBytes: {
      const std::size_t limit = std::min<std::size_t>(kElementBytesMax, characters_max);
      const auto bytes = value.as_bytes().first(std::min(value.as_bytes().size(), limit));
      ElementValue made = array_value(ElementType::kBytes, bytes);
      made.cut = bytes.size() < value.as_bytes().size();
      return made;
    }
    case ValueType::kBoolArray:
      return array_value(ElementType::kBoolArray, value.as_bools());
    case ValueType::kInt64Array:
      return array_value(ElementType::kInt64Array, value.as_int64s());
    case ValueType::kDoubleArray:
      return array_value(ElementType::kDoubleArray, value.as_doubles());
    case ValueType::kStringArray:
      return strings_value(value.as_strings(), characters_max, scratch);
    case ValueType::kEmpty:
      break;
  }
  return {};
}

std::uint32_t append_elements(Attributes attributes, const ElementLimits& limits,
                              std::pmr::string& out) {
  std::uint32_t taken = 0, clipped = 0;
  for (const Attribute& attribute : attributes) {
    const std::size_t used = out.size() + (1 + detail::words_of(attribute.key.size())) * 8;
    const std::size_t room = used < limits.bytes_max ? (limits.bytes_max - used) / 8 * 8 : 0;
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
  return clipped;
}

}  // namespace nanospan::capture
