// Attributes whose value is a Key: a text that is written down once.
#include "capture/annotation.h"
#include "capture/value_text.h"
#include "nanospan/detail/annotate.h"

namespace nanospan::capture {

using detail::ElementType;
using detail::TextRef;
namespace open_w7 = detail::open_w7;

void Annotation::add_literal(TextRef key, std::uint32_t literal) noexcept {
  if (key.id == 0 && key.text.empty()) return drop(detail::dropped::kAttributes);
  key.text = cut_key(key.text);
  const bool full = !has_room_for_key();
  if (full && !has_key(key)) return drop(detail::dropped::kAttributes);
  const Element element{ElementType::kLiteral, key, {literal}, {}};
  const std::uint64_t counts = full ? 0 : open_w7::kAttributes.put(1);
  if (!append(element, counts) && !(compact() && append(element, counts)))
    drop(detail::dropped::kAttributes);
}

}  // namespace nanospan::capture

namespace nanospan::detail {

using capture::Annotation;

void annotate_literal(const SpanTarget& target, TextRef key, Key& value) noexcept {
  Annotation on(target);
  if (!on) return;
  if (const std::uint32_t id = value.id(); id != 0)
    on.add_literal(key, id);
  else
    on.add_attribute(key, value.text());
}

}  // namespace nanospan::detail
