// Adding to an open span: the inlined way for one small attribute, and the calls for all the rest.
//
// Invariants: payload words are appended, then counted by word 7 of the open slot (release):
// whoever reads the count sees the words, so a crash shows whole elements only.
#pragma once

#include <bit>
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

static_assert(element::kKey.first == Key::kHeaderShift && element::kKey.width == 24);

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
  const std::size_t tail = text.size() % 8;
  for (const char* const words_end = from + (text.size() - tail); from != words_end; from += 8) {
    std::uint64_t word;
    std::memcpy(&word, from, 8);
    store(*out++, word);
  }
  if (tail != 0) store(*out++, load_tail(from, tail));
  return out;
}

// What append_word() and its kind share: false where the call must be taken, since a handler
// interrupted us, or the span is not the innermost one of this thread.
NANOSPAN_INLINE bool takes_inline(const LaneControl& lane, const OpenSlot* slot) noexcept {
  return lane.top == slot && lane.gate.load(std::memory_order_relaxed) == 0;
}
// Of `used` words more: whether `need` fit behind them.
NANOSPAN_INLINE bool has_room(const LaneControl& lane, std::size_t used,
                              std::size_t need) noexcept {
  return static_cast<std::int64_t>(used + need - 2) <= lane.words_before_pair_max;
}

NANOSPAN_INLINE constexpr std::uint64_t one_more(ElementType type) noexcept {
  return type == ElementType::kEvent ? open_w7::kEvents.put(1) : open_w7::kAttributes.put(1);
}

// One element that has one fixed word and no text, under the key of Key::in_header(). No call, and
// as few instructions as may be: this is what an attribute costs. False: take the call.
template <ElementType kType>
NANOSPAN_INLINE bool append_word(OpenSlot* slot, std::uint32_t key, std::uint64_t word) noexcept {
  static_assert(fixed_words(kType) == 1);
  LaneControl& lane = *tls_lane;
  if (!takes_inline(lane, slot)) [[unlikely]]
    return false;
  if (kType == ElementType::kEvent) word = read_ticks();
  const std::uint64_t commit = load(slot->w[7]);
  const std::size_t used = open_w7::kWords.get(commit);
  if (!has_room(lane, used, 2)) [[unlikely]]
    return false;
  const BusyGate busy(lane, 0);
  Word* const out = &slot->w[kOpenHeaderWords + used];
  store(out[0], key | element_header(kType, 0, 0, 0));
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
  if (!has_room(lane, used, need)) [[unlikely]]
    return false;
  const BusyGate busy(lane, 0);
  Word* const out = &slot->w[kOpenHeaderWords + used];
  store(out[0], key | element_header(ElementType::kString, 0, 0, text.size()));
  store_text(out + 1, text);
  publish(slot->w[7], commit + need + one_more(ElementType::kString));
  return true;
}

// The value of an element: a text where it is a kString, else one fixed word.
struct InlineValue {
  ElementType type;
  std::uint64_t word = 0;
  std::string_view text = {};
};

// One element under a key that is not interned, or false as above. One copy in each module: too
// long for every place that sets an attribute.
[[gnu::noinline]] NANOSPAN_HIDDEN inline bool append_named(OpenSlot* slot, std::string_view key,
                                                           InlineValue value) noexcept {
  LaneControl& lane = *tls_lane;
  if (!takes_inline(lane, slot) || key.empty()) return false;
  if (value.type == ElementType::kEvent) value.word = read_ticks();
  const std::uint64_t commit = load(slot->w[7]);
  const std::size_t used = open_w7::kWords.get(commit);
  const std::size_t fixed = value.type == ElementType::kString ? 0 : 1;
  const std::size_t need = 1 + fixed + words_of(key.size()) + words_of(value.text.size());
  if (!has_room(lane, used, need)) return false;
  const BusyGate busy(lane, 0);
  Word* out = &slot->w[kOpenHeaderWords + used];
  store(*out++, element_header(value.type, 0, key.size(), value.text.size()));
  if (fixed != 0) store(*out++, value.word);
  // A loop, so that the copying stands here once.
  for (const std::string_view part : {key, value.text}) out = store_text(out, part);
  publish(slot->w[7], commit + open_w7::kWords.put(need) + one_more(value.type));
  return true;
}

// The ways above stand at each place that adds something; what they refuse, and a Key's first use,
// leaves that place by one call of few arguments, so that the common ways of a span's attributes
// follow each other in the code with little between them.

NANOSPAN_HIDDEN NANOSPAN_COLD inline void add_attribute_slowly(OpenSlot* slot, TextRef key,
                                                               const InlineValue& value) noexcept {
  const SpanTarget target{slot};
  switch (value.type) {
    case ElementType::kBool:
      return annotate_attribute(target, key, value.word != 0);
    case ElementType::kDouble:
      return annotate_attribute(target, key, std::bit_cast<double>(value.word));
    case ElementType::kString:
      return annotate_attribute(target, key, value.text);
    default:
      return annotate_attribute(target, key, static_cast<std::int64_t>(value.word));
  }
}
NANOSPAN_HIDDEN inline void add_attribute(OpenSlot* slot, std::string_view key,
                                          const InlineValue& value) noexcept {
  if (!append_named(slot, key, value)) [[unlikely]]
    add_attribute_slowly(slot, {0, key}, value);
}
NANOSPAN_HIDDEN NANOSPAN_COLD inline void add_word_slowly(OpenSlot* slot, Key& key,
                                                          ElementType type,
                                                          std::uint64_t word) noexcept {
  if (const TextRef ref = text_ref(key); ref.id != 0)
    add_attribute_slowly(slot, ref, {type, word});
  else
    add_attribute(slot, ref.text, {type, word});
}
NANOSPAN_HIDDEN NANOSPAN_COLD inline void add_text_slowly(OpenSlot* slot, Key& key,
                                                          std::string_view text) noexcept {
  if (const TextRef ref = text_ref(key); ref.id != 0)
    add_attribute_slowly(slot, ref, {ElementType::kString, 0, text});
  else
    add_attribute(slot, ref.text, {ElementType::kString, 0, text});
}
NANOSPAN_HIDDEN NANOSPAN_COLD inline void add_literal_slowly(OpenSlot* slot, Key& key,
                                                             Key& value) noexcept {
  (void)value.id();  // nothing is interned inside a recording call
  annotate_literal({slot}, text_ref(key), value);
}
NANOSPAN_HIDDEN NANOSPAN_COLD inline void add_event_slowly(OpenSlot* slot, Key& name) noexcept {
  annotate_event({slot}, text_ref(name), std::nullopt, {});
}

template <ElementType kType>
NANOSPAN_INLINE void add_word(OpenSlot* slot, Key& key, std::uint64_t word) noexcept {
  const std::uint32_t id = key.in_header();
  if (id == 0 || !append_word<kType>(slot, id, word)) [[unlikely]]
    add_word_slowly(slot, key, kType, word);
}
template <ElementType kType>
NANOSPAN_INLINE void add_word(OpenSlot* slot, std::string_view key, std::uint64_t word) noexcept {
  add_attribute(slot, key, {kType, word});
}
NANOSPAN_INLINE void add_text(OpenSlot* slot, Key& key, std::string_view text) noexcept {
  const std::uint32_t id = key.in_header();
  if (id == 0 || !append_text(slot, id, text)) [[unlikely]]
    add_text_slowly(slot, key, text);
}
NANOSPAN_INLINE void add_text(OpenSlot* slot, std::string_view key,
                              std::string_view text) noexcept {
  add_attribute(slot, key, {ElementType::kString, 0, text});
}
NANOSPAN_INLINE void add_literal(OpenSlot* slot, Key& key, Key& value) noexcept {
  const std::uint32_t id = key.in_header(), literal = value.in_header();
  if (id == 0 || literal == 0 ||
      !append_word<ElementType::kLiteral>(slot, id, element::kKey.get(literal))) [[unlikely]]
    add_literal_slowly(slot, key, value);
}
NANOSPAN_INLINE void add_literal(OpenSlot* slot, std::string_view key, Key& value) noexcept {
  const std::uint32_t literal = value.id();
  if (literal == 0 || !append_named(slot, key, {ElementType::kLiteral, literal})) [[unlikely]]
    annotate_literal({slot}, text_ref(key), value);
}
NANOSPAN_INLINE void add_event(OpenSlot* slot, Key& name) noexcept {
  const std::uint32_t id = name.in_header();
  if (id == 0 || !append_word<ElementType::kEvent>(slot, id, 0)) [[unlikely]]
    add_event_slowly(slot, name);
}
NANOSPAN_INLINE void add_event(OpenSlot* slot, std::string_view name) noexcept {
  if (!append_named(slot, name, {ElementType::kEvent})) [[unlikely]]
    annotate_event({slot}, text_ref(name), std::nullopt, {});
}

}  // namespace nanospan::detail
