// Adding to an open span: the inlined way for one small attribute, and the calls for all the rest.
//
// Invariants: payload words are appended, then counted by word 7 of the open slot (release):
// whoever reads the count sees the words, so a crash shows whole elements only.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "nanospan/attribute.h"
#include "nanospan/detail/callsite.h"
#include "nanospan/detail/lane_control.h"
#include "nanospan/detail/layout.h"
#include "nanospan/detail/payload.h"
#include "nanospan/detail/publish.h"
#include "nanospan/detail/tick_source.h"
#include "nanospan/span_context.h"

namespace nanospan::detail {

struct DetachedControl;

// Which span: an open slot of this thread's stack, or a slot of the pool with its lock.
struct SpanTarget {
  OpenSlot* slot = nullptr;             // nullptr: not recorded, every call is a no-op
  DetachedControl* detached = nullptr;  // nullptr: on this thread's stack
  std::uint64_t generation = 0;         // of a detached span
};

// A key or a name: an id, or the text where there is none.
struct TextRef {
  std::uint32_t id = 0;
  std::string_view text;
};
NANOSPAN_INLINE TextRef text_ref(Key& key) noexcept {
  const std::uint32_t id = key.id();
  return {id, id != 0 ? std::string_view() : key.text()};
}
NANOSPAN_INLINE TextRef text_ref(std::string_view text) noexcept {
  return {0, text};
}

// Out of line, cold or large. None throws, none waits but for a detached span's own lock.
NANOSPAN_EXPORT void annotate_attribute(const SpanTarget&, TextRef key,
                                        const AttributeValue&) noexcept;
NANOSPAN_EXPORT void annotate_literal(const SpanTarget&, TextRef key, Key& value) noexcept;
NANOSPAN_EXPORT void annotate_event(const SpanTarget&, TextRef name,
                                    std::optional<std::int64_t> unix_ns, Attributes) noexcept;
NANOSPAN_EXPORT void annotate_link(const SpanTarget&, const SpanContext&,
                                   std::string_view tracestate, Attributes) noexcept;
NANOSPAN_EXPORT void annotate_status(const SpanTarget&, StatusCode, std::string_view text) noexcept;
NANOSPAN_EXPORT void annotate_name(const SpanTarget&, std::string_view name) noexcept;
NANOSPAN_EXPORT void annotate_exception(const SpanTarget&, std::string_view type,
                                        std::string_view message, Attributes) noexcept;
NANOSPAN_EXPORT SpanContext context_of(const SpanTarget&) noexcept;

// The last 1..7 bytes of a text, without a call to memcpy.
NANOSPAN_INLINE std::uint64_t load_tail(const char* text, std::size_t bytes) noexcept {
  if (bytes >= 4) {
    std::uint32_t first, last;
    std::memcpy(&first, text, 4);
    std::memcpy(&last, text + bytes - 4, 4);
    return first | static_cast<std::uint64_t>(last) << ((bytes - 4) * 8);
  }
  std::uint64_t word = static_cast<unsigned char>(text[0]);
  if (bytes > 1) word |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[1])) << 8;
  if (bytes > 2) word |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[2])) << 16;
  return word;
}

NANOSPAN_INLINE Word* store_text(Word* out, std::string_view text) noexcept {
  const char* from = text.data();
  std::size_t left = text.size();
  for (; left >= 8; left -= 8, from += 8) {
    std::uint64_t word;
    std::memcpy(&word, from, 8);
    store(*out++, word);
  }
  if (left != 0) store(*out++, load_tail(from, left));
  return out;
}

// One element that fits the open slot, on the innermost span of this thread: no call. `fixed` is
// its fixed word (fixed_words(type) must be 1, of an event read here; or 0 with the value in
// `text`). False: take the call.
NANOSPAN_INLINE bool append_inline(OpenSlot* slot, ElementType type, TextRef key,
                                   std::uint64_t fixed, std::string_view text) noexcept {
  LaneControl& lane = *tls_lane;
  if (lane.top != slot || lane.gate.load(std::memory_order_relaxed) != 0) return false;
  if (type == ElementType::kEvent) fixed = read_ticks();
  const std::uint64_t count =
      type == ElementType::kEvent ? open_w7::kEvents.put(1) : open_w7::kAttributes.put(1);
  if (key.id == 0 && key.text.empty()) return false;
  const std::uint64_t commit = load(slot->w[7]);
  const std::size_t used = open_w7::kWords.get(commit);
  const bool has_fixed = fixed_words(type) != 0;
  const std::size_t need =
      1 + (has_fixed ? 1 : 0) + words_of(key.text.size()) + words_of(text.size());
  if (used + need > lane.inline_words) return false;
  const BusyGate busy(lane, 0);
  Word* out = &slot->w[kOpenHeaderWords + used];
  store(*out++, element_header(type, key.id, key.text.size(), text.size()));
  if (has_fixed) store(*out++, fixed);
  out = store_text(out, key.text);
  store_text(out, text);
  publish(slot->w[7], commit + open_w7::kWords.put(need) + count);
  return true;
}

}  // namespace nanospan::detail
