// The views of span_batch.h that are more than a field: they walk a payload that was checked.
#include <bit>
#include <cstddef>

#include "decode/definition_table.h"
#include "decode/payload_check.h"
#include "nanospan/span_batch.h"

namespace nanospan {
namespace {

using detail::ElementType;

// The parts of a checked element.
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
Text resolve(const detail::DefinitionTable& definitions, std::uint64_t id) noexcept {
  const auto narrow = static_cast<std::uint32_t>(id);
  const std::string_view* const text = narrow == id ? definitions.find_text(narrow) : nullptr;
  if (text == nullptr) return {detail::DefinitionTable::unknown_text(), 0};
  return {*text, narrow};
}
Text key_of(const detail::DefinitionTable& definitions, const Element& element) noexcept {
  if (element.key_id == 0) return {element.key, 0};
  return resolve(definitions, element.key_id);
}

AttributeValue value_of(const Element& element) noexcept {
  switch (element.type) {
    case ElementType::kString:
      return element.text();
    case ElementType::kBool:
      return element.fixed[0] != 0;
    case ElementType::kInt64:
      return static_cast<std::int64_t>(element.fixed[0]);
    case ElementType::kDouble:
      return std::bit_cast<double>(element.fixed[0]);
    case ElementType::kBytes:
      return element.array<std::byte>();
    case ElementType::kBoolArray:
      return element.array<bool>();
    case ElementType::kInt64Array:
      return element.array<std::int64_t>();
    case ElementType::kDoubleArray:
      return element.array<double>();
    case ElementType::kStringArray:
      return StringList::from_packed(reinterpret_cast<const std::byte*>(element.value),
                                     element.value_bytes);
    default:
      return {};  // kEmpty, and types of a later minor version
  }
}

template <typename F>
void for_each_of(std::span<const std::uint64_t> payload, ElementType type, F&& f) {
  detail::for_each_element(payload,
                           [&](ElementType found, std::uint64_t, const std::uint64_t* words) {
                             if (found == type) f(Element(words));
                           });
}

}  // namespace

AttributeView detail::attribute_view(const DefinitionTable& definitions,
                                     const std::uint64_t* words) noexcept {
  const Element element(words);
  AttributeView view;
  const Text key = key_of(definitions, element);
  view.key = key.text;
  view.key_id = key.id;
  if (element.type == ElementType::kLiteral) {
    const Text literal = resolve(definitions, element.fixed[0]);
    view.value = literal.text;
    view.literal_id = literal.id;
  } else {
    view.value = value_of(element);
  }
  return view;
}

bool detail::is_overridden(const DefinitionTable& definitions, const std::uint64_t* words,
                           const std::uint64_t* end) noexcept {
  // Far more than the usual limits let a span have, and no endless work over a damaged region.
  constexpr int kLookAheadMax = 1024;
  const Element element(words);
  const std::uint64_t* at = words + element_words(words[0]);
  for (int looks = 0; at < end && looks < kLookAheadMax; ++looks, at += element_words(at[0])) {
    const auto type = static_cast<ElementType>(element::kType.get(at[0]));
    if (type == ElementType::kEnd) return false;
    if (!is_attribute(type)) continue;
    const Element later(at);
    // A text has one id, so that two ids are two texts.
    const bool is_same = element.key_id != 0 && later.key_id != 0
                             ? element.key_id == later.key_id
                             : key_of(definitions, element).text == key_of(definitions, later).text;
    if (is_same) return true;
  }
  return false;
}

std::string_view SpanView::name() const noexcept {
  std::string_view name = callsite().name;
  for_each_of(payload(), ElementType::kName,
              [&](const Element& element) { name = element.text(); });
  return name;
}

std::string_view SpanView::status_text() const noexcept {
  std::string_view text;
  if (status_code() != StatusCode::kError) return text;
  for_each_of(payload(), ElementType::kStatusText,
              [&](const Element& element) { text = element.text(); });
  return text;
}

SpanView::Dropped SpanView::dropped() const noexcept {
  Dropped dropped;
  for_each_of(payload(), ElementType::kDropped, [&](const Element& element) {
    const std::uint64_t counts = element.fixed[0];
    dropped.attributes += static_cast<std::uint32_t>(counts);
    dropped.events += static_cast<std::uint32_t>(counts >> 32 & 0xffff);
    dropped.links += static_cast<std::uint32_t>(counts >> 48);
  });
  return dropped;
}

EventView SpanView::event_view(const std::uint64_t* words) const noexcept {
  const Element element(words);
  EventView event;
  const Text name = key_of(definitions(), element);
  event.name = name.text;
  event.name_id = name.id;
  event.time_unix_ns = static_cast<std::int64_t>(element.fixed[0]);  // decode made it Unix ns
  event.definitions_ = &definitions();
  event.elements_ = element.array<std::uint64_t>();
  return event;
}

LinkView SpanView::link_view(const std::uint64_t* words) const noexcept {
  const Element element(words);
  LinkView link;
  link.context.trace_id = {element.fixed[0], element.fixed[1]};
  link.context.span_id = {element.fixed[2]};
  link.context.flags = {
      static_cast<std::uint8_t>(element.fixed[3] & (TraceFlags::kSampled | TraceFlags::kRandom))};
  link.context.is_remote = (element.fixed[3] & detail::span_flag::kParentRemote) != 0;
  link.tracestate = std::string_view(batch_->text_)
                        .substr(decode::link_word::kFirst.get(element.fixed[3]),
                                decode::link_word::kBytes.get(element.fixed[3]));
  link.definitions_ = &definitions();
  link.elements_ = element.array<std::uint64_t>();
  return link;
}

}  // namespace nanospan
