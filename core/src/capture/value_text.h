// Attribute values as the bytes of an element, cut to the limits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

#include "nanospan/attribute.h"
#include "nanospan/detail/payload.h"

namespace nanospan::capture {

// Memory for the values of one call: the stack, and the heap for what exceeds it.
struct Scratch {
  std::array<std::byte, 4096> buffer;
  std::pmr::monotonic_buffer_resource memory{buffer.data(), buffer.size()};
};

// What is kept of a key or a name.
[[nodiscard]] std::string_view cut_key(std::string_view key) noexcept;

struct ElementValue {
  detail::ElementType type = detail::ElementType::kEmpty;
  std::uint64_t fixed = 0;  // where the type has a fixed word
  std::string_view bytes;   // else: of the user's memory, or of `scratch`
  bool cut = false;
};

// `characters_max` counts Unicode characters of strings and bytes of byte arrays; an element's own
// limit of 65,535 bytes holds as well, and cuts strings on a character boundary.
[[nodiscard]] ElementValue element_value(const AttributeValue& value, std::uint32_t characters_max,
                                         std::pmr::string& scratch);

struct ElementLimits {
  std::uint32_t count_max;
  std::uint32_t characters_max;
  std::size_t bytes_max;  // of all elements together
};
// Attributes as a run of elements with inline keys; empty keys are dropped, and what has no room,
// but for a text, which is cut to the room there is. An element at the end says how many were
// dropped. Returns how many were dropped or cut.
std::uint32_t append_elements(Attributes attributes, const ElementLimits& limits,
                              std::pmr::string& out);

}  // namespace nanospan::capture
