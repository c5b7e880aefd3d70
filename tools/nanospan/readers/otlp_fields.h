// The fields of OTLP's traces: numbers with their wire types, as protozero switches over them.
//
// Source: opentelemetry-proto 1.11 (exporters/proto/otlp.proto has its text).
#pragma once

#include <cstdint>
#include <protozero/pbf_reader.hpp>
#include <string_view>

namespace nanospan::tools::readers {

[[nodiscard]] inline std::string_view view_of(protozero::data_view view) noexcept {
  return {view.data(), view.size()};
}

namespace field {

inline constexpr protozero::pbf_tag_type kResourceSpansTag = 1, kResourceTag = 1,
                                         kScopeSpansTag = 2, kScopeTag = 1, kSpansTag = 2;

consteval std::uint32_t text(std::uint32_t tag) {
  return protozero::tag_and_type(tag, protozero::pbf_wire_type::length_delimited);
}
consteval std::uint32_t varint(std::uint32_t tag) {
  return protozero::tag_and_type(tag, protozero::pbf_wire_type::varint);
}
consteval std::uint32_t fixed64(std::uint32_t tag) {
  return protozero::tag_and_type(tag, protozero::pbf_wire_type::fixed64);
}
consteval std::uint32_t fixed32(std::uint32_t tag) {
  return protozero::tag_and_type(tag, protozero::pbf_wire_type::fixed32);
}

inline constexpr std::uint32_t kResourceSpans = text(1);
inline constexpr std::uint32_t kResource = text(1), kScopeSpans = text(2), kSchemaUrl = text(3);
inline constexpr std::uint32_t kResourceAttributes = text(1);
inline constexpr std::uint32_t kScope = text(1), kSpans = text(2);
inline constexpr std::uint32_t kScopeName = text(1), kScopeVersion = text(2),
                               kScopeAttributes = text(3);
inline constexpr std::uint32_t kSpanTraceId = text(1), kSpanId = text(2), kSpanState = text(3),
                               kSpanParentId = text(4), kSpanName = text(5), kSpanKind = varint(6),
                               kSpanStart = fixed64(7), kSpanEnd = fixed64(8),
                               kSpanAttributes = text(9), kSpanEvents = text(11),
                               kSpanLinks = text(13), kSpanStatus = text(15),
                               kSpanFlags = fixed32(16);
inline constexpr std::uint32_t kEventName = text(2), kEventAttributes = text(3);
inline constexpr std::uint32_t kLinkState = text(3), kLinkAttributes = text(4);
inline constexpr std::uint32_t kStatusMessage = text(2), kStatusCode = varint(3);
inline constexpr std::uint32_t kPairKey = text(1), kPairValue = text(2);
inline constexpr std::uint32_t kString = text(1), kBool = varint(2), kInt = varint(3),
                               kDouble = fixed64(4), kArray = text(5), kMap = text(6);
inline constexpr std::uint32_t kElements = text(1);

}  // namespace field
}  // namespace nanospan::tools::readers
