// Checks a span's payload once, when it is copied, so that whoever walks it later need not.
//
// Whole elements inside the words, arrays of whole values, attributes only inside events and links;
// bytes of bool arrays become 0 or 1. Ids of keys and literals are looked up later, where an
// unknown one gives a placeholder. Ticks of events become Unix ns (kEvent becomes kEventAt), by the
// clock of the span that has them, so that an event stays inside its span.
// Threads: none. Errors: false means damaged; the words are then good for nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "clock/clock_map.h"
#include "nanospan/detail/layout.h"

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
  virtual ~TracestatePlacer() = default;
  // A link's last word as a batch has it; kFlags are the caller's.
  virtual std::uint64_t place(std::uint32_t reference) = 0;
};

// What a payload says about its span, and how many words of it are elements.
struct CheckedPayload {
  std::size_t words = 0;
  std::optional<std::int64_t> start_unix_ns;
  std::optional<std::int64_t> end_unix_ns;
  std::optional<std::uint64_t> duration_ticks;
};

// nullopt: damaged.
[[nodiscard]] std::optional<CheckedPayload> check_payload(std::span<std::uint64_t> untrusted,
                                                          std::uint64_t start_ticks,
                                                          TickMapper& mapper,
                                                          TracestatePlacer& tracestates);
// The same for words that may hold attributes only.
[[nodiscard]] bool check_attributes(std::span<std::uint64_t> untrusted);

}  // namespace nanospan::decode
