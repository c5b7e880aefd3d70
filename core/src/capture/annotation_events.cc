// Events, links, statuses and names: apart from attributes, so that a program links what it uses.
#include <algorithm>

#include "base/utf8.h"
#include "capture/annotation.h"
#include "capture/value_text.h"

namespace nanospan::capture {
namespace {

using detail::ElementType;
using detail::load;
using detail::store;
using detail::TextRef;
namespace open_w6 = detail::open_w6;
namespace open_w7 = detail::open_w7;
namespace span_flag = detail::span_flag;

}  // namespace

// Of the attributes of an event or a link: what its span has left, in one element.
ElementLimits Annotation::element_limits(std::uint32_t count_max,
                                         std::size_t name_bytes) const noexcept {
  constexpr std::size_t kHeadWordsMax = 1 + detail::fixed_words(ElementType::kLink);
  const std::size_t used =
      open_w7::kWords.get(load(slot_->w[7])) + kHeadWordsMax + detail::words_of(name_bytes);
  const std::size_t left = words_max() - std::min(used, words_max());
  return {count_max, runtime_->limits.value_characters,
          std::min(left * 8, detail::kElementBytesMax)};
}

void Annotation::add_event(ElementType type, TextRef name, std::uint64_t when,
                           Attributes attributes) noexcept {
  if (open_w7::kEvents.get(load(slot_->w[7])) >= runtime_->limits.events)
    return drop(detail::dropped::kEvents);
  name.text = cut_key(name.text);
  if (attributes.empty()) {
    if (!append({type, name, {when}, {}}, open_w7::kEvents.put(1))) drop(detail::dropped::kEvents);
    return;
  }
  Scratch memory;
  std::pmr::string elements(&memory.memory);
  elements.reserve(1024);
  const std::uint32_t clipped = append_elements(
      attributes, element_limits(runtime_->limits.event_attributes, name.text.size()), elements);
  if (!append({type, name, {when}, elements}, open_w7::kEvents.put(1)))
    return drop(detail::dropped::kEvents);
  if (clipped != 0) store(lane_->counters->clipped, lane_->clipped += clipped);
}

void Annotation::add_link(const SpanContext& context, std::string_view tracestate,
                          Attributes attributes) noexcept {
  // OpenTelemetry: a link without ids is kept where its attributes or tracestate say something.
  if (!context.is_valid() && attributes.empty() && tracestate.empty()) return;
  if (open_w7::kLinks.get(load(slot_->w[7])) >= runtime_->limits.links)
    return drop(detail::dropped::kLinks);
  Scratch memory;
  std::pmr::string elements(&memory.memory);
  elements.reserve(1024);
  const std::uint32_t clipped =
      append_elements(attributes, element_limits(runtime_->limits.link_attributes, 0), elements);
  const std::uint64_t remote = context.is_remote ? span_flag::kParentRemote : 0;
  const std::uint64_t flags = context.flags.bits | remote;
  const std::uint64_t reference = runtime_->region->store_tracestate(tracestate);
  const Element element{
      ElementType::kLink,
      {},
      {context.trace_id.high, context.trace_id.low, context.span_id.value, flags | reference << 8},
      elements};
  if (!append(element, open_w7::kLinks.put(1))) return drop(detail::dropped::kLinks);
  if (clipped != 0) store(lane_->counters->clipped, lane_->clipped += clipped);
}

void Annotation::set_status(StatusCode code, std::string_view text) noexcept {
  const std::uint64_t w6 = load(slot_->w[6]);
  const std::uint64_t flags = open_w6::kFlags.get(w6);
  const auto now =
      static_cast<StatusCode>((flags & span_flag::kStatusMask) >> span_flag::kStatusShift);
  if (code == StatusCode::kUnset || now == StatusCode::kOk) return;
  const std::uint64_t next = (flags & ~span_flag::kStatusMask) | std::uint64_t(code)
                                                                     << span_flag::kStatusShift;
  store(slot_->w[6], (w6 & ~open_w6::kFlags.put(~0ull)) | open_w6::kFlags.put(next));
  if (code == StatusCode::kError && (!text.empty() || now == StatusCode::kError))
    add_text(ElementType::kStatusText, text);
}

// What an ordinary element may not take holds one text of each kind: those before it go first.
void Annotation::add_text(ElementType type, std::string_view text) noexcept {
  std::string_view kept = cut_key(text);
  bool fits = append({type, {}, {}, kept}, 0);
  if (!fits) {
    (void)compact(type);
    const Room words = room();
    const std::size_t used = open_w7::kWords.get(load(slot_->w[7]));
    const std::size_t left = words.ordinary - std::min(used, words.ordinary);
    kept = base::truncate_utf8(kept, (std::max(left, words.text) - 1) * 8);
    fits = append({type, {}, {}, kept}, 0, words.with_texts);
  }
  if (!fits || kept.size() < text.size()) store(lane_->counters->clipped, ++lane_->clipped);
}

}  // namespace nanospan::capture
