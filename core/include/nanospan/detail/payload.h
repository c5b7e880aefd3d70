// The payload of a span: a stream of elements in 8-byte words, the same in an open slot and in a
// record's further slots. One header word, then what its type asks for. Byte table: FORMAT.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "nanospan/detail/layout.h"

namespace nanospan::detail {

enum class ElementType : std::uint8_t {
  kEnd = 0,  // fills the last slot; nothing follows
  // Attribute values.
  kString = 1,      // length bytes of UTF-8 (unverified)
  kBool = 2,        // one word
  kInt64 = 3,       // one word
  kDouble = 4,      // one word
  kBytes = 5,       // length bytes
  kLiteral = 6,     // one word: definition id of a string
  kBoolArray = 7,   // length bytes, one per element
  kInt64Array = 8,  // length bytes, 8 per element
  kDoubleArray = 9,
  kStringArray = 10,  // length bytes: per element a u32 length and its bytes, not aligned
  kEmpty = 11,        // a key without a value
  kArray = 12,        // length bytes of nested elements without keys (reserved)
  kMap = 13,          // length bytes of nested elements (reserved)
  // What else a span carries.
  kEvent = 32,  // key: its name; one word of ticks; length bytes of attribute elements
  kLink = 33,   // four words: trace id, span id, flags · tracestate; length bytes of attributes
  kName = 34,   // length bytes: replaces the callsite's name
  kStatusText = 35,  // length bytes: description of status Error
  kStartTime = 36,   // one word: Unix ns given by the user; replaces the start ticks
  kEndTime = 37,     // one word: Unix ns given by the user
  kDuration = 38,    // one word: ticks that did not fit slot_w6::kDuration
  kDropped = 39,     // one word: how many limits dropped; inside an event or a link: attributes
  kEventAt = 40,     // as kEvent, the word is Unix ns given by the user
};

namespace element {
inline constexpr Field kType{0, 8};
inline constexpr Field kKey{8, 24};         // definition id of key or name, 0: inline
inline constexpr Field kLength{32, 16};     // bytes of the value that follows the fixed words
inline constexpr Field kKeyLength{48, 16};  // bytes of the inline key
}  // namespace element
// The word of kDropped. What one has no room for stands in the next.
namespace dropped {
inline constexpr Field kAttributes{0, 32};
inline constexpr Field kEvents{32, 16};
inline constexpr Field kLinks{48, 16};
}  // namespace dropped
// Order in the stream: header · fixed words of the type · inline key, padded · value, padded.

inline constexpr std::size_t kElementBytesMax = 0xffff;

constexpr std::size_t words_of(std::size_t bytes) noexcept {
  return (bytes + 7) / 8;
}

constexpr std::size_t fixed_words(ElementType type) noexcept {
  switch (type) {
    case ElementType::kBool:
    case ElementType::kInt64:
    case ElementType::kDouble:
    case ElementType::kLiteral:
    case ElementType::kEvent:
    case ElementType::kEventAt:
    case ElementType::kStartTime:
    case ElementType::kEndTime:
    case ElementType::kDuration:
    case ElementType::kDropped:
      return 1;
    case ElementType::kLink:
      return 4;
    default:
      return 0;
  }
}

constexpr std::uint64_t element_header(ElementType type, std::uint32_t key, std::size_t key_bytes,
                                       std::size_t value_bytes) noexcept {
  return element::kType.put(static_cast<std::uint64_t>(type)) | element::kKey.put(key) |
         element::kLength.put(value_bytes) | element::kKeyLength.put(key_bytes);
}

// Words of the whole element, header included.
constexpr std::size_t element_words(std::uint64_t header) noexcept {
  return 1 + fixed_words(static_cast<ElementType>(element::kType.get(header))) +
         words_of(element::kKeyLength.get(header)) + words_of(element::kLength.get(header));
}

}  // namespace nanospan::detail

// What a payload may hold, so that nobody looks for what is not there.
namespace nanospan::payload_contents {
inline constexpr std::uint8_t kAttributes = 0;    // attributes alone, each key once
inline constexpr std::uint8_t kRepeatedKeys = 1;  // perhaps a key twice: the last value counts
inline constexpr std::uint8_t kMore = 2;          // events, links, a name, …
inline constexpr std::uint8_t kAnything = 3;
}  // namespace nanospan::payload_contents
