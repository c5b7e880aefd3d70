// One walk over an attribute's value, for all who write one: both wire formats and the sinks.
//
// `Out` says text, boolean, integer, real, bytes, empty, and around the elements of an array
// begin_array() → mark, begin_element(), end_element(), end_array(mark).
// Threads: none.
#pragma once

#include <span>
#include <string_view>

#include "nanospan/attribute.h"
#include "nanospan/span_batch.h"

namespace nanospan::wire {

template <typename Out, typename Elements, typename Write>
void write_array(Out& out, const Elements& elements, Write&& write) {
  const auto mark = out.begin_array();
  for (const auto& element : elements) {
    out.begin_element();
    write(element);
    out.end_element();
  }
  out.end_array(mark);
}

template <typename Out>
void write_value(Out& out, const AttributeValue& value) {
  switch (value.type()) {
    case ValueType::kString:
      return out.text(value.as_string());
    case ValueType::kBool:
      return out.boolean(value.as_bool());
    case ValueType::kInt64:
      return out.integer(value.as_int64());
    case ValueType::kDouble:
      return out.real(value.as_double());
    case ValueType::kBytes:
      return out.bytes(value.as_bytes());
    case ValueType::kBoolArray:
      return write_array(out, value.as_bools(), [&](bool element) { out.boolean(element); });
    case ValueType::kInt64Array:
      return write_array(out, value.as_int64s(), [&](auto element) { out.integer(element); });
    case ValueType::kDoubleArray:
      return write_array(out, value.as_doubles(), [&](double element) { out.real(element); });
    case ValueType::kStringArray: {
      const auto mark = out.begin_array();
      value.as_strings().for_each([&](std::string_view element) {
        out.begin_element();
        out.text(element);
        out.end_element();
      });
      return out.end_array(mark);
    }
    case ValueType::kEmpty:
      return out.empty();
  }
  out.empty();
}

template <typename Out>
void write_value(Out& out, const OwnedAttribute& owned) {
  switch (owned.type) {
    case ValueType::kString:
      return out.text(owned.text);
    case ValueType::kBytes:
      return out.bytes(std::as_bytes(std::span(owned.text)));
    case ValueType::kBool:
      return out.boolean(owned.number != 0);
    case ValueType::kInt64:
      return out.integer(owned.number);
    case ValueType::kDouble:
      return out.real(owned.real);
    case ValueType::kBoolArray:
      return write_array(out, owned.bools, [&](bool element) { out.boolean(element); });
    case ValueType::kInt64Array:
      return write_array(out, owned.numbers, [&](auto element) { out.integer(element); });
    case ValueType::kDoubleArray:
      return write_array(out, owned.reals, [&](double element) { out.real(element); });
    case ValueType::kStringArray:
      return write_array(out, owned.strings, [&](const auto& element) { out.text(element); });
    case ValueType::kEmpty:
      return out.empty();
  }
  out.empty();
}

}  // namespace nanospan::wire
