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

// What append_inline() and its kind share: false where the call must be taken, since a handler
// interrupted us, or the span is not the innermost one of this thread.
NANOSPAN_INLINE bool takes_inline(const LaneControl& lane, const OpenSlot* slot) noexcept {
  return lane.top == slot && lane.gate.load(std::memory_order_relaxed) == 0;
}

NANOSPAN_INLINE constexpr std::uint64_t one_more(ElementType type) noexcept {
  return type == ElementType::kEvent ? open_w7::kEvents.put(1) : open_w7::kAttributes.put(1);
}

// One element under an interned key, that has one fixed word and no text. No call, and as few
// instructions as may be: this is what an attribute costs. False: take the call.
template <ElementType kType>
NANOSPAN_INLINE bool append_word(OpenSlot* slot, std::uint32_t key, std::uint64_t word) noexcept {
  static_assert(fixed_words(kType) == 1);
  LaneControl& lane = *tls_lane;
  if (!takes_inline(lane, slot)) [[unlikely]]
    return false;
  if (kType == ElementType::kEvent) word = read_ticks();
  const std::uint64_t commit = load(slot->w[7]);
  const std::size_t used = open_w7::kWords.get(commit);
  if (used + 2 > lane.inline_words) [[unlikely]]
    return false;
  const BusyGate busy(lane, 0);
  Word* const out = &slot->w[kOpenHeaderWords + used];
  store(out[0], element_header(kType, key, 0, 0));
  store(out[1], word);
  publish(slot->w[7], commit + open_w7::kWords.put(2) + one_more(kType));
  return true;
}

// The same of a text.
NANOSPAN_INLINE bool append_text(OpenSlot* slot, std::uint32_t key,
                                 std::string_view text) noexcept {
  LaneControl& lane = *tls_lane;
  if (!takes_inline(lane, slot)) [[unlikely]]
    return false;
  const std::uint64_t commit = load(slot->w[7]);
  const std::size_t used = open_w7::kWords.get(commit);
  const std::size_t need = 1 + words_of(text.size());
  if (used + need > lane.inline_words) [[unlikely]]
    return false;
  const BusyGate busy(lane, 0);
  Word* const out = &slot->w[kOpenHeaderWords + used];
  store(out[0], element_header(ElementType::kString, key, 0, text.size()));
  store_text(out + 1, text);
  publish(slot->w[7], commit + open_w7::kWords.put(need) + one_more(ElementType::kString));
  return true;
}

// The value of an element: a text where it is a kString, else one fixed word.
struct InlineValue {
  ElementType type;
  std::uint64_t word = 0;
  std::string_view text = {};
};

// The same under a key that is not interned. One copy in each module: too long for every place that
// sets an attribute.
[[gnu::noinline]] NANOSPAN_HIDDEN inline bool append_named(OpenSlot* slot, std::string_view key,
                                                           InlineValue value) noexcept {
  LaneControl& lane = *tls_lane;
  if (!takes_inline(lane, slot) || key.empty()) return false;
  if (value.type == ElementType::kEvent) value.word = read_ticks();
  const std::uint64_t commit = load(slot->w[7]);
  const std::size_t used = open_w7::kWords.get(commit);
  const std::size_t fixed = value.type == ElementType::kString ? 0 : 1;
  const std::size_t need = 1 + fixed + words_of(key.size()) + words_of(value.text.size());
  if (used + need > lane.inline_words) return false;
  const BusyGate busy(lane, 0);
  Word* out = &slot->w[kOpenHeaderWords + used];
  store(*out++, element_header(value.type, 0, key.size(), value.text.size()));
  if (fixed != 0) store(*out++, value.word);
  // A loop, so that the copying stands here once.
  for (const std::string_view part : {key, value.text}) out = store_text(out, part);
  publish(slot->w[7], commit + open_w7::kWords.put(need) + one_more(value.type));
  return true;
}

template <ElementType kType>
NANOSPAN_INLINE bool append_inline(OpenSlot* slot, Key& key, std::uint64_t word) noexcept {
  const std::uint32_t id = key.id();
  if (id == 0) [[unlikely]]
    return append_named(slot, key.text(), {kType, word});
  return append_word<kType>(slot, id, word);
}
template <ElementType kType>
NANOSPAN_INLINE bool append_inline(OpenSlot* slot, std::string_view key,
                                   std::uint64_t word) noexcept {
  return append_named(slot, key, {kType, word});
}
NANOSPAN_INLINE bool append_inline(OpenSlot* slot, Key& key, std::string_view text) noexcept {
  const std::uint32_t id = key.id();
  if (id == 0) [[unlikely]]
    return append_named(slot, key.text(), {ElementType::kString, 0, text});
  return append_text(slot, id, text);
}
NANOSPAN_INLINE bool append_inline(OpenSlot* slot, std::string_view key,
                                   std::string_view text) noexcept {
  return append_named(slot, key, {ElementType::kString, 0, text});
}

}  // namespace nanospan::detail
