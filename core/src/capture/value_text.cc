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

}  // namespace

std::string_view cut_key(std::string_view key) noexcept {
  constexpr std::size_t kKeyBytesMax = 4096;
  return key.size() > kKeyBytesMax ? base::truncate_utf8(key, kKeyBytesMax) : key;
}

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
      return {ElementType::kInt64,
              static_cast<std::uint64_t>(value.as_int64()),
              {},
              value.is_clipped()};
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

}  // namespace nanospan::capture
