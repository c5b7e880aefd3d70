// Limits of one span. What exceeds them is dropped into dropped_*_count, and counted.
// Source: OpenTelemetry common/README.md "Attribute Limits", trace/sdk.md "Span Limits".
#pragma once

#include <cstdint>

namespace nanospan {

struct SpanLimits {
  std::uint32_t attributes = 128;               // of a span; at most 2,047
  std::uint32_t value_characters = 0xffffffff;  // of a string; bytes of a byte array
  std::uint32_t events = 128;                   // at most 255
  std::uint32_t links = 128;                    // at most 255
  std::uint32_t event_attributes = 128;
  std::uint32_t link_attributes = 128;
  std::uint32_t record_bytes = 64u << 10;  // of a whole span; a quarter of its ring at most
};

}  // namespace nanospan
