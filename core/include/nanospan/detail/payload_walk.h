// Walking a payload whose elements were checked: they are whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "nanospan/detail/payload.h"

namespace nanospan::detail {

// `f(type, header, const std::uint64_t* element)`.
template <typename F>
void for_each_element(std::span<const std::uint64_t> payload, F&& f) {
  for (std::size_t at = 0; at < payload.size();) {
    const std::uint64_t header = payload[at];
    const auto type = static_cast<ElementType>(element::kType.get(header));
    if (type == ElementType::kEnd) return;
    f(type, header, payload.data() + at);
    at += element_words(header);
  }
}

constexpr bool is_attribute(ElementType type) noexcept {
  return type != ElementType::kEnd && type < ElementType::kEvent;
}

// What limits left out, of a span's attributes or of an event's or a link's.
inline std::uint32_t dropped_attributes(std::span<const std::uint64_t> elements) noexcept {
  std::uint32_t dropped = 0;
  for_each_element(elements, [&](ElementType type, std::uint64_t, const std::uint64_t* at) {
    if (type == ElementType::kDropped) dropped += static_cast<std::uint32_t>(at[1]);
  });
  return dropped;
}

}  // namespace nanospan::detail
