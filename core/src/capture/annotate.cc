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

}  // namespace nanospan::detail
