// The views of span_batch.h that are more than a field: they walk a payload that was checked.
#include <cstddef>

#include "decode/element.h"
#include "decode/payload_check.h"
#include "nanospan/span_batch.h"

namespace nanospan {
namespace {

using decode::Element;
using decode::key_of;
using decode::Text;
using detail::ElementType;

template <typename F>
void for_each_of(std::span<const std::uint64_t> payload, ElementType type, F&& f) {
  detail::for_each_element(payload,
                           [&](ElementType found, std::uint64_t, const std::uint64_t* words) {
                             if (found == type) f(Element(words));
                           });
}

}  // namespace

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
    dropped.attributes += static_cast<std::uint32_t>(detail::dropped::kAttributes.get(counts));
    dropped.events += static_cast<std::uint32_t>(detail::dropped::kEvents.get(counts));
    dropped.links += static_cast<std::uint32_t>(detail::dropped::kLinks.get(counts));
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
