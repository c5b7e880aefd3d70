// What is added to an open span by a call: attributes too large or too many for its inlined way.
#include "nanospan/detail/annotate.h"

#include "capture/annotation.h"

namespace nanospan::detail {

using capture::Annotation;

void annotate_attribute(const SpanTarget& target, TextRef key,
                        const AttributeValue& value) noexcept {
  Annotation on(target);
  if (!on) return;
  on.add_attribute(key, value);
}

void annotate_literal(const SpanTarget& target, TextRef key, Key& value) noexcept {
  Annotation on(target);
  if (!on) return;
  if (const std::uint32_t id = value.id(); id != 0)
    on.add_literal(key, id);
  else
    on.add_attribute(key, value.text());
}

}  // namespace nanospan::detail
