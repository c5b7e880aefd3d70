// Checks a span's payload once, when it is copied, so that whoever walks it later need not.
//
// Whole elements inside the words, arrays of whole values, inside events and links only attributes
// and how many were dropped; bytes of bool arrays become 0 or 1. Ids of keys and literals are
// looked up later, where an unknown one gives a placeholder. Ticks of events become Unix ns (kEvent
// becomes kEventAt), by the clock of the span that has them, so that an event stays inside its
// span. Threads: none. Errors: false means damaged; the words are then good for nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "clock/clock_map.h"
#include "nanospan/detail/layout.h"
#include "nanospan/detail/payload.h"
#include "nanospan/span_batch.h"

namespace nanospan::decode {

// Maps spans by a clock, with the scale around the last ticks at hand.
class TickMapper {
 public:
  void set_clock(const clock::ClockMap& clock) {
    clock_ = clock;
    range_ = {};
  }
  [[nodiscard]] const clock::ClockMap& clock() const noexcept { return clock_; }

  [[nodiscard]] clock::UnixInterval map(std::uint64_t start, std::uint64_t end) noexcept {
    if (range_.covers(start, end)) [[likely]] {
      const std::int64_t start_ns = range_.scale.to_unix_ns(start);
      return {start_ns, std::max(start_ns, range_.scale.to_unix_ns(end))};
    }
    return map_slowly(start, end);
  }

 private:
  clock::UnixInterval map_slowly(std::uint64_t start, std::uint64_t end) noexcept;

  clock::ClockMap clock_;
  clock::ScaleRange range_;
};

// A link's last word names its tracestate: by the region's reference (region_layout.h) in a record,
// by where its text stands in a batch once it is decoded.
namespace link_word {
inline constexpr detail::Field kFlags{0, 8};
inline constexpr detail::Field kReference{8, 24};  // in a record
inline constexpr detail::Field kBytes{8, 16};      // in a batch
inline constexpr detail::Field kFirst{24, 32};
}  // namespace link_word

// Puts the text of a tracestate into the batch that is being filled.
class TracestatePlacer {
 public:
  // A link's last word as a batch has it; kFlags are the caller's.
  virtual std::uint64_t place(std::uint32_t reference) = 0;

 protected:
  ~TracestatePlacer() = default;  // nobody owns one by this type
};

// What a payload says about its span, and how many words of it are elements.
struct CheckedPayload {
  std::size_t words = 0;
  std::uint8_t contents = payload_contents::kAttributes;
  std::optional<std::int64_t> start_unix_ns;
  std::optional<std::int64_t> end_unix_ns;
  std::optional<std::uint64_t> duration_ticks;
};

// Nearly every payload: attributes whose length says it all, under interned keys that differ.
struct CommonPayload {
  std::size_t words = 0;
  bool is_all = false;  // false: check_payload() has to look
};
constexpr unsigned bit(detail::ElementType type) noexcept {
  return 1u << static_cast<unsigned>(type);
}
NANOSPAN_INLINE CommonPayload check_common(std::span<const std::uint64_t> untrusted) noexcept {
  using detail::ElementType;
  constexpr unsigned kOneWord = bit(ElementType::kBool) | bit(ElementType::kInt64) |
                                bit(ElementType::kDouble) | bit(ElementType::kLiteral);
  constexpr unsigned kCommon = kOneWord | bit(ElementType::kString) | bit(ElementType::kBytes);
  std::uint64_t keys_seen = 1;  // a bit for the ids that share their low six; 0 is no interned key
  std::size_t at = 0;
  while (at < untrusted.size()) {
    const std::uint64_t header = untrusted[at];
    const std::uint64_t type = detail::element::kType.get(header);
    if (type == 0) return {at, true};
    const std::uint64_t key = std::uint64_t{1} << (detail::element::kKey.get(header) & 63);
    const std::uint64_t lengths = header >> detail::element::kLength.first;
    const bool is_common = type < 32 && (kCommon >> type & 1) != 0 && (keys_seen & key) == 0 &&
                           lengths <= detail::kElementBytesMax;
    if (!is_common) return {0, false};
    keys_seen |= key;
    at += 1 + (kOneWord >> type & 1) + detail::words_of(static_cast<std::size_t>(lengths));
  }
  return {at, at == untrusted.size()};
}

// nullopt: damaged.
[[nodiscard]] std::optional<CheckedPayload> check_payload(std::span<std::uint64_t> untrusted,
                                                          std::uint64_t start_ticks,
                                                          TickMapper& mapper,
                                                          TracestatePlacer& tracestates);
// The same for words that may hold attributes only.
[[nodiscard]] bool check_attributes(std::span<std::uint64_t> untrusted);

}  // namespace nanospan::decode
