// AttributeRun: the attributes that nearly all are, in OTLP's binary form, without a call for each.
//
// A key or literal of a definition, with all that OTLP puts around it, is encoded once into a slot
// of its own, so that most of an attribute is one copy of 32 bytes. It takes short values of the
// common types under keys it has learnt, and stops at the first attribute that is anything else:
// the caller writes that one, lets this learn from it, and comes back.
// Threads: none. Memory: kSlotBytes for each definition below kIdsMax, keys and literals apart.
// Invariants: only ids that are defined are learnt; a definition never changes before clear().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "nanospan/span_batch.h"
#include "wire/byte_buffer.h"
#include "wire/protobuf_format.h"

namespace nanospan::wire {

class AttributeRun {
 public:
  void clear() noexcept {
    keys_.clear();
    literals_.clear();
  }

  // Appends attributes of a span from the start of `elements`, a checked payload; returns the words
  // they had.
  [[nodiscard]] std::size_t write(ByteBuffer& out, std::span<const std::uint64_t> elements) const {
    const std::uint64_t* at = elements.data();
    const std::uint64_t* const end = at + elements.size();
    char* to = out.ensure(elements.size() * kBytesPerWordMax + kBytesBeyondMax);
    while (at != end) {
      const std::uint64_t header = *at;
      const std::uint64_t key = detail::element::kKey.get(header);
      if (key >= keys_.size() || keys_[key].bytes == 0) break;
      char* const value = keys_[key].copy_to(to);
      const Written written = write_value(value, header, at);
      const auto bytes = static_cast<std::size_t>(written.to - to) - 2;
      if (written.to == nullptr || bytes > kLengthMax) break;
      to[1] = static_cast<char>(bytes);
      to = written.to;
      at = written.next;
    }
    out.commit(to);
    return static_cast<std::size_t>(at - elements.data());
  }

  // `attribute` was written in another way.
  NANOSPAN_COLD void learn(const AttributeView& attribute) {
    learn(keys_, attribute.key_id, attribute.key, [&](ProtobufFormat& format) {
      (void)format.begin_attribute(Owner::kSpan);
      format.string(attribute.key);
      format.begin_value();
    });
    if (attribute.literal_id == 0) return;
    const std::string_view text = attribute.value.as_string();
    learn(literals_, attribute.literal_id, text,
          [&](ProtobufFormat& format) { format.text(text); });
  }

 private:
  static constexpr std::size_t kSlotBytes = 64;
  static constexpr std::uint32_t kIdsMax = 1u << 16;
  static constexpr std::size_t kLengthMax = 0x7F;  // whatever is longer has two bytes of length
  static constexpr std::size_t kStringBytesMax = 96;
  // What an attribute has at most, which is one word at least; what is written behind the last.
  static constexpr std::size_t kBytesPerWordMax = 2 + kLengthMax;
  static constexpr std::size_t kBytesBeyondMax = 2 * kSlotBytes + kStringBytesMax + 16;

  struct alignas(kSlotBytes) Slot {
    std::array<char, kSlotBytes - 1> text;
    std::uint8_t bytes = 0;  // 0: not learnt

    NANOSPAN_INLINE char* copy_to(char* to) const noexcept {
      std::memcpy(to, text.data(), kSlotBytes / 2);
      if (bytes > kSlotBytes / 2) {
        std::memcpy(to + kSlotBytes / 2, text.data() + kSlotBytes / 2, kSlotBytes / 2 - 1);
      }
      return to + bytes;
    }
  };
  struct Written {
    char* to;  // nullptr: nothing was written
    const std::uint64_t* next;
  };
  static constexpr Written kNotWritten{nullptr, nullptr};

  NANOSPAN_INLINE Written write_value(char* to, std::uint64_t header,
                                      const std::uint64_t* element) const {
    using detail::ElementType;
    const auto type = static_cast<ElementType>(detail::element::kType.get(header));
    const std::uint64_t lengths = header >> detail::element::kLength.first;
    if (type == ElementType::kString) {
      if (lengths > kStringBytesMax) return kNotWritten;
      return write_string(to, element + 1, static_cast<std::size_t>(lengths));
    }
    if (lengths != 0) return kNotWritten;
    switch (type) {
      case ElementType::kLiteral: {
        const std::uint64_t id = element[1];
        if (id >= literals_.size() || literals_[id].bytes == 0) return kNotWritten;
        return {literals_[id].copy_to(to), element + 2};
      }
      case ElementType::kInt64:
        return {ProtobufFormat::put_integer(to, static_cast<std::int64_t>(element[1])),
                element + 2};
      case ElementType::kDouble:
        return {ProtobufFormat::put_real(to, element[1]), element + 2};
      case ElementType::kBool:
        return {ProtobufFormat::put_boolean(to, element[1] != 0), element + 2};
      default:
        return kNotWritten;
    }
  }

  // Whole words, padding included, which the next attribute overwrites.
  NANOSPAN_INLINE static Written write_string(char* to, const std::uint64_t* words,
                                              std::size_t bytes) {
    constexpr std::uint64_t kNotAscii = 0x8080808080808080u;
    to[0] = static_cast<char>(bytes + 2);
    to[1] = 0x0A;
    to[2] = static_cast<char>(bytes);
    char* at = to + 3;
    std::uint64_t seen = 0;
    std::size_t left = bytes;
    for (; left >= 8; left -= 8, at += 8, ++words) {
      seen |= *words;
      std::memcpy(at, words, 8);
    }
    if (left != 0) {
      seen |= *words << (64 - 8 * left);
      std::memcpy(at, words++, 8);
    }
    if ((seen & kNotAscii) != 0) return kNotWritten;
    return {at + left, words};
  }

  template <typename Write>
  void learn(std::vector<Slot>& slots, std::uint32_t id, std::string_view text, Write&& write) {
    if (id == 0 || id >= kIdsMax || text.size() >= kSlotBytes) return;
    if (id < slots.size() && slots[id].bytes != 0) return;
    scratch_.clear();
    ProtobufFormat format(scratch_);
    write(format);
    if (scratch_.size() >= kSlotBytes) return;
    if (id >= slots.size()) slots.resize(id + 1);
    std::memcpy(slots[id].text.data(), scratch_.data(), scratch_.size());
    slots[id].bytes = static_cast<std::uint8_t>(scratch_.size());
  }

  std::vector<Slot> keys_;      // by id: an attribute's head up to its value
  std::vector<Slot> literals_;  // by id: a whole value
  ByteBuffer scratch_;
};

// For a form that has no such short cut.
struct NoAttributeRun {
  void clear() noexcept {}
  std::size_t write(ByteBuffer&, std::span<const std::uint64_t>) const { return 0; }
  void learn(const AttributeView&) {}
};

}  // namespace nanospan::wire
