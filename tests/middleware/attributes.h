// What a span's attributes say, for comparisons.
#pragma once

#include <string>
#include <string_view>

#include "support/recording.h"

namespace nanospan::test {

// As shown() of it, a text without its quotes; "none" where there is no such attribute.
inline std::string value_of(const SpanData& span, std::string_view key) {
  const OwnedAttribute* const attribute = span.find_attribute(key);
  if (attribute == nullptr) return "none";
  return attribute->type == ValueType::kString ? attribute->text : shown(*attribute);
}

}  // namespace nanospan::test
