#include "facts/span_facts.h"

#include <algorithm>

#include "terminal/text.h"

namespace nanospan::tools {
namespace {

using Json = nlohmann::ordered_json;

template <typename Values>
Json array_of(const Values& values) {
  Json out = Json::array();
  for (const auto value : values) out.push_back(value);
  return out;
}

Json value_json(const AttributeValue& value) {
  switch (value.type()) {
    case ValueType::kEmpty:
      return {};
    case ValueType::kString:
      return std::string(value.as_string());
    case ValueType::kBool:
      return value.as_bool();
    case ValueType::kInt64:
      return value.as_int64();
    case ValueType::kDouble:
      return value.as_double();
    case ValueType::kBytes: {
      const auto bytes = value.as_bytes();
      return hex_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    case ValueType::kBoolArray:
      return array_of(value.as_bools());
    case ValueType::kInt64Array:
      return array_of(value.as_int64s());
    case ValueType::kDoubleArray:
      return array_of(value.as_doubles());
    case ValueType::kStringArray: {
      Json out = Json::array();
      value.as_strings().for_each([&](std::string_view text) { out.push_back(std::string(text)); });
      return out;
    }
  }
  return {};
}

}  // namespace

std::string SpanFacts::attribute_text() const {
  std::string out;
  for (const auto& [key, value] : attributes.items()) {
    if (!out.empty()) out += ' ';
    out += key + '=';
    out += value.is_string() ? value.get<std::string>()
                             : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return out;
}

SpanFacts span_facts(const SpanView& span) {
  SpanFacts facts;
  facts.name = span.name();
  facts.trace_id = span.trace_id().to_hex();
  facts.span_id = span.span_id().to_hex();
  if (span.parent_span_id().is_valid()) facts.parent_span_id = span.parent_span_id().to_hex();
  facts.thread_id = span.thread().id;
  facts.thread = span.thread().name;
  if (facts.thread.empty())  // a detached span in flight has none
    facts.thread = facts.thread_id != 0 ? std::to_string(facts.thread_id) : "-";
  facts.age_ns = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, span.end_unix_ns() - span.start_unix_ns()));
  span.for_each_attribute([&](const AttributeView& attribute) {
    facts.attributes[std::string(attribute.key)] = value_json(attribute.value);
  });
  return facts;
}

Json span_json(const SpanFacts& facts) {
  return {{"name", facts.name},           {"thread", facts.thread},
          {"thread_id", facts.thread_id}, {"trace_id", facts.trace_id},
          {"span_id", facts.span_id},     {"parent_span_id", facts.parent_span_id},
          {"age_ns", facts.age_ns},       {"attributes", facts.attributes}};
}

}  // namespace nanospan::tools
