#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/hex.h"
#include "otlp_json.h"

namespace nanospan::tools {
namespace {

using Json = nlohmann::json;
namespace pb = otlp::v1;

// Nested values deeper than this are refused: what reads us may recurse as well.
constexpr int kValueDepthMax = 32;

struct Refusal {
  std::string reason;
};
[[noreturn]] void refuse(const char* field, const char* reason) {
  throw Refusal{std::string(field) + " " + reason};
}

// nullptr: not there, or null.
const Json* find(const Json& object, const char* camel, const char* snake = nullptr) {
  if (!object.is_object()) return nullptr;
  auto at = object.find(camel);
  if (at == object.end() && snake != nullptr) at = object.find(snake);
  return at == object.end() || at->is_null() ? nullptr : &*at;
}

template <typename F>
void for_each(const Json* list, const char* field, F&& f) {
  if (list == nullptr) return;
  if (!list->is_array()) refuse(field, "is not a list");
  for (const Json& element : *list) {
    if (!element.is_object()) refuse(field, "holds something that is not an object");
    f(element);
  }
}

std::string text_of(const Json* value, const char* field) {
  if (value == nullptr) return {};
  if (!value->is_string()) refuse(field, "is not a string");
  return value->get<std::string>();
}

template <typename Integer>
Integer integer_of(const Json* value, const char* field) {
  if (value == nullptr) return 0;
  if (value->is_number_integer()) {
    if constexpr (std::is_signed_v<Integer>) {
      if (value->is_number_unsigned() &&
          value->get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
        refuse(field, "is out of range");
    } else if (!value->is_number_unsigned() && value->get<std::int64_t>() < 0) {
      refuse(field, "is negative");
    }
    const auto wide =
        value->get<std::conditional_t<std::is_signed_v<Integer>, std::int64_t, std::uint64_t>>();
    if (wide > std::numeric_limits<Integer>::max()) refuse(field, "is out of range");
    return static_cast<Integer>(wide);
  }
  Integer result = 0;
  if (value->is_string()) {
    const auto& text = value->get_ref<const std::string&>();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (error == std::errc{} && end == text.data() + text.size()) return result;
  } else if (value->is_number_float()) {
    const double real = value->get<double>();
    // 2^53: beyond it a number written as a float is not what its writer meant.
    if (real == std::floor(real) && std::abs(real) <= 9007199254740992.0 &&
        (std::is_signed_v<Integer> || real >= 0) &&
        real <= static_cast<double>(std::numeric_limits<Integer>::max()))
      return static_cast<Integer>(real);
  }
  refuse(field, "is not an integer");
}

double real_of(const Json& value, const char* field) {
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
    double result = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (error == std::errc{} && end == text.data() + text.size()) return result;
  }
  refuse(field, "is not a number");
}

// `bytes` bytes, or none when the field is empty or not there.
std::string id_of(const Json* value, const char* field, std::size_t bytes) {
  const std::string digits = text_of(value, field);
  if (digits.empty()) return {};
  if (digits.size() != 2 * bytes) refuse(field, "has not the length of an id in hex");
  std::string id;
  for (std::size_t at = 0; at < digits.size(); at += 2) {
    const auto byte =
        base::decode_hex(std::string_view(digits).substr(at, 2), base::HexCase::kEither);
    if (!byte) refuse(field, "is not hex");
    id += static_cast<char>(*byte);
  }
  return id;
}

int digit_of_base64(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

std::string from_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string out;
  unsigned held = 0, bits = 0;
  for (const char c : text) {
    const int digit = digit_of_base64(c);
    if (digit < 0) refuse("bytesValue", "is not base64");
    held = (held << 6 | static_cast<unsigned>(digit)) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(held >> bits & 0xff);
  }
  return out;
}

void read_value(const Json& value, pb::AnyValue* into, int depth) {
  if (depth > kValueDepthMax) refuse("value", "is nested too deep");
  if (const Json* text = find(value, "stringValue", "string_value")) {
    into->set_string_value(text_of(text, "stringValue"));
  } else if (const Json* boolean = find(value, "boolValue", "bool_value")) {
    if (!boolean->is_boolean()) refuse("boolValue", "is not true or false");
    into->set_bool_value(boolean->get<bool>());
  } else if (const Json* integer = find(value, "intValue", "int_value")) {
    into->set_int_value(integer_of<std::int64_t>(integer, "intValue"));
  } else if (const Json* real = find(value, "doubleValue", "double_value")) {
    into->set_double_value(real_of(*real, "doubleValue"));
  } else if (const Json* bytes = find(value, "bytesValue", "bytes_value")) {
    into->set_bytes_value(from_base64(text_of(bytes, "bytesValue")));
  } else if (const Json* array = find(value, "arrayValue", "array_value")) {
    auto* const list = into->mutable_array_value();
    for_each(find(*array, "values"), "arrayValue",
             [&](const Json& element) { read_value(element, list->add_values(), depth + 1); });
  } else if (const Json* map = find(value, "kvlistValue", "kvlist_value")) {
    auto* const list = into->mutable_kvlist_value();
    for_each(find(*map, "values"), "kvlistValue", [&](const Json& element) {
      pb::KeyValue* const pair = list->add_values();
      pair->set_key(text_of(find(element, "key"), "key"));
      if (const Json* inner = find(element, "value"))
        read_value(*inner, pair->mutable_value(), depth + 1);
    });
  }
}

// What resources, scopes, spans, events and links have in common.
template <typename Owner>
void read_attributes(const Json& object, Owner* into) {
  for_each(find(object, "attributes"), "attributes", [&](const Json& attribute) {
    pb::KeyValue* const pair = into->add_attributes();
    pair->set_key(text_of(find(attribute, "key"), "key"));
    if (const Json* value = find(attribute, "value")) read_value(*value, pair->mutable_value(), 0);
  });
  into->set_dropped_attributes_count(
      integer_of<std::uint32_t>(find(object, "droppedAttributesCount", "dropped_attributes_count"),
                                "droppedAttributesCount"));
}

// A number, or its name behind `prefix`.
int enumeration_of(const Json* value, const char* field, std::string_view prefix,
                   std::initializer_list<std::string_view> names) {
  if (value == nullptr) return 0;
  if (!value->is_string()) return integer_of<std::int32_t>(value, field);
  std::string_view name = value->get_ref<const std::string&>();
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  int number = 0;
  for (const std::string_view known : names) {
    if (name == known) return number;
    ++number;
  }
  refuse(field, "has a name that OTLP does not know");
}

void read_events_and_links(const Json& span, pb::Span* into) {
  for_each(find(span, "events"), "events", [&](const Json& event) {
    pb::Span::Event* const out = into->add_events();
    out->set_time_unix_nano(
        integer_of<std::uint64_t>(find(event, "timeUnixNano", "time_unix_nano"), "timeUnixNano"));
    out->set_name(text_of(find(event, "name"), "name"));
    read_attributes(event, out);
  });
  into->set_dropped_events_count(integer_of<std::uint32_t>(
      find(span, "droppedEventsCount", "dropped_events_count"), "droppedEventsCount"));
  for_each(find(span, "links"), "links", [&](const Json& link) {
    pb::Span::Link* const out = into->add_links();
    out->set_trace_id(id_of(find(link, "traceId", "trace_id"), "traceId", 16));
    out->set_span_id(id_of(find(link, "spanId", "span_id"), "spanId", 8));
    out->set_trace_state(text_of(find(link, "traceState", "trace_state"), "traceState"));
    out->set_flags(integer_of<std::uint32_t>(find(link, "flags"), "flags"));
    read_attributes(link, out);
  });
  into->set_dropped_links_count(integer_of<std::uint32_t>(
      find(span, "droppedLinksCount", "dropped_links_count"), "droppedLinksCount"));
}

void read_span(const Json& span, pb::Span* into) {
  into->set_trace_id(id_of(find(span, "traceId", "trace_id"), "traceId", 16));
  into->set_span_id(id_of(find(span, "spanId", "span_id"), "spanId", 8));
  if (into->trace_id().empty() || into->span_id().empty()) refuse("a span", "has no id");
  into->set_parent_span_id(id_of(find(span, "parentSpanId", "parent_span_id"), "parentSpanId", 8));
  into->set_trace_state(text_of(find(span, "traceState", "trace_state"), "traceState"));
  into->set_name(text_of(find(span, "name"), "name"));
  into->set_kind(static_cast<pb::Span::SpanKind>(
      enumeration_of(find(span, "kind"), "kind", "SPAN_KIND_",
                     {"UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"})));
  into->set_start_time_unix_nano(integer_of<std::uint64_t>(
      find(span, "startTimeUnixNano", "start_time_unix_nano"), "startTimeUnixNano"));
  into->set_end_time_unix_nano(integer_of<std::uint64_t>(
      find(span, "endTimeUnixNano", "end_time_unix_nano"), "endTimeUnixNano"));
  into->set_flags(integer_of<std::uint32_t>(find(span, "flags"), "flags"));
  read_attributes(span, into);
  read_events_and_links(span, into);
  if (const Json* status = find(span, "status")) {
    into->mutable_status()->set_message(text_of(find(*status, "message"), "message"));
    into->mutable_status()->set_code(static_cast<pb::Status::StatusCode>(enumeration_of(
        find(*status, "code"), "status code", "STATUS_CODE_", {"UNSET", "OK", "ERROR"})));
  }
}

void read_resource_spans(const Json& object, pb::ResourceSpans* into) {
  if (const Json* resource = find(object, "resource"))
    read_attributes(*resource, into->mutable_resource());
  into->set_schema_url(text_of(find(object, "schemaUrl", "schema_url"), "schemaUrl"));
  for_each(find(object, "scopeSpans", "scope_spans"), "scopeSpans", [&](const Json& scope_spans) {
    pb::ScopeSpans* const out = into->add_scope_spans();
    if (const Json* scope = find(scope_spans, "scope")) {
      out->mutable_scope()->set_name(text_of(find(*scope, "name"), "name"));
      out->mutable_scope()->set_version(text_of(find(*scope, "version"), "version"));
      read_attributes(*scope, out->mutable_scope());
    }
    out->set_schema_url(text_of(find(scope_spans, "schemaUrl", "schema_url"), "schemaUrl"));
    for_each(find(scope_spans, "spans"), "spans",
             [&](const Json& span) { read_span(span, out->add_spans()); });
  });
}

}  // namespace

Result<otlp::v1::TracesData> traces_from_json(std::string_view untrusted_text) {
  const Json document = Json::parse(untrusted_text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return Status::failure("it is not JSON");
  if (!document.is_object()) return Status::failure("it is not a JSON object");
  pb::TracesData traces;
  try {
    for_each(
        find(document, "resourceSpans", "resource_spans"), "resourceSpans",
        [&](const Json& element) { read_resource_spans(element, traces.add_resource_spans()); });
  } catch (const Refusal& refusal) {
    return Status::failure(refusal.reason);
  }
  return traces;
}

}  // namespace nanospan::tools
