// The parts of a payload's element that was checked, and the texts that ids stand for.
//
// Threads: any. Memory: views of the payload and of the definitions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "decode/definition_table.h"
#include "nanospan/detail/payload.h"

namespace nanospan::decode {

using detail::ElementType;

struct Element {
  explicit Element(const std::uint64_t* words) noexcept
      : type(static_cast<ElementType>(detail::element::kType.get(words[0]))),
        key_id(static_cast<std::uint32_t>(detail::element::kKey.get(words[0]))),
        fixed(words + 1),
        key(reinterpret_cast<const char*>(fixed + detail::fixed_words(type)),
            static_cast<std::size_t>(detail::element::kKeyLength.get(words[0]))),
        value(fixed + detail::fixed_words(type) + detail::words_of(key.size())),
        value_bytes(static_cast<std::size_t>(detail::element::kLength.get(words[0]))) {}

  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(value), value_bytes};
  }
  template <typename T>
  [[nodiscard]] std::span<const T> array() const noexcept {
    return {reinterpret_cast<const T*>(value), value_bytes / sizeof(T)};
  }

  ElementType type;
  std::uint32_t key_id;
  const std::uint64_t* fixed;
  std::string_view key;
  const std::uint64_t* value;
  std::size_t value_bytes;
};

// Ids that nothing defines become 0, so that no exporter keeps a placeholder for them.
struct Text {
  std::string_view text;
  std::uint32_t id;
};
inline Text resolve(const detail::DefinitionTable& definitions, std::uint64_t id) noexcept {
  const auto narrow = static_cast<std::uint32_t>(id);
  const std::string_view* const text = narrow == id ? definitions.find_text(narrow) : nullptr;
  if (text == nullptr) return {detail::DefinitionTable::unknown_text(), 0};
  return {*text, narrow};
}
inline Text key_of(const detail::DefinitionTable& definitions, const Element& element) noexcept {
  if (element.key_id == 0) return {element.key, 0};
  return resolve(definitions, element.key_id);
}

}  // namespace nanospan::decode
