#include <cmath>
#include <nlohmann/json.hpp>

#include "output/otlp_json.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

// Keeps the order of the schema.
using Json = nlohmann::ordered_json;
namespace pb = otlp::v1;

std::string to_base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    unsigned held = 0;
    for (std::size_t i = 0; i < 3; ++i)
      held = held << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    for (std::size_t i = 0; i < 4; ++i)
      out += at + i > bytes.size() ? '=' : kDigits[held >> (18 - 6 * i) & 63];
  }
  return out;
}

Json real_json(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

Json value_json(const pb::AnyValue& value);

template <typename Owner>
Json pairs_json(const Owner& pairs) {
  Json list = Json::array();
  for (const pb::KeyValue& pair : pairs) {
    Json& out = list.emplace_back(Json{{"key", pair.key()}});
    if (pair.has_value()) out["value"] = value_json(pair.value());
  }
  return list;
}

Json value_json(const pb::AnyValue& value) {
  switch (value.value_case()) {
    case pb::AnyValue::kStringValue:
      return {{"stringValue", value.string_value()}};
    case pb::AnyValue::kBoolValue:
      return {{"boolValue", value.bool_value()}};
    case pb::AnyValue::kIntValue:
      return {{"intValue", std::to_string(value.int_value())}};
    case pb::AnyValue::kDoubleValue:
      return {{"doubleValue", real_json(value.double_value())}};
    case pb::AnyValue::kBytesValue:
      return {{"bytesValue", to_base64(value.bytes_value())}};
    case pb::AnyValue::kArrayValue: {
      Json list = Json::array();
      for (const pb::AnyValue& element : value.array_value().values())
        list.push_back(value_json(element));
      return {{"arrayValue", {{"values", std::move(list)}}}};
    }
    case pb::AnyValue::kKvlistValue:
      return {{"kvlistValue", {{"values", pairs_json(value.kvlist_value().values())}}}};
    case pb::AnyValue::VALUE_NOT_SET:
      break;
  }
  return Json::object();
}

void put_text(Json& out, const char* name, const std::string& text) {
  if (!text.empty()) out[name] = text;
}
void put_id(Json& out, const char* name, const std::string& bytes) {
  if (!bytes.empty()) out[name] = hex_of(bytes);
}
void put_count(Json& out, const char* name, std::uint32_t count) {
  if (count != 0) out[name] = count;
}

template <typename Owner>
void put_attributes(Json& out, const Owner& owner) {
  if (owner.attributes_size() != 0) out["attributes"] = pairs_json(owner.attributes());
  put_count(out, "droppedAttributesCount", owner.dropped_attributes_count());
}

Json event_json(const pb::Span::Event& event) {
  Json out{{"timeUnixNano", std::to_string(event.time_unix_nano())}, {"name", event.name()}};
  put_attributes(out, event);
  return out;
}

Json link_json(const pb::Span::Link& link) {
  Json out = Json::object();
  put_id(out, "traceId", link.trace_id());
  put_id(out, "spanId", link.span_id());
  put_text(out, "traceState", link.trace_state());
  put_attributes(out, link);
  put_count(out, "flags", link.flags());
  return out;
}

Json span_json(const pb::Span& span) {
  Json out = Json::object();
  put_id(out, "traceId", span.trace_id());
  put_id(out, "spanId", span.span_id());
  put_text(out, "traceState", span.trace_state());
  put_id(out, "parentSpanId", span.parent_span_id());
  put_count(out, "flags", span.flags());
  out["name"] = span.name();
  out["kind"] = static_cast<int>(span.kind());
  out["startTimeUnixNano"] = std::to_string(span.start_time_unix_nano());
  out["endTimeUnixNano"] = std::to_string(span.end_time_unix_nano());
  put_attributes(out, span);
  for (const auto& event : span.events()) out["events"].push_back(event_json(event));
  put_count(out, "droppedEventsCount", span.dropped_events_count());
  for (const auto& link : span.links()) out["links"].push_back(link_json(link));
  put_count(out, "droppedLinksCount", span.dropped_links_count());
  Json status = Json::object();
  put_text(status, "message", span.status().message());
  if (span.status().code() != 0) status["code"] = static_cast<int>(span.status().code());
  if (span.has_status()) out["status"] = std::move(status);
  return out;
}

Json resource_spans_json(const pb::ResourceSpans& resource_spans) {
  Json out = Json::object();
  if (resource_spans.has_resource()) {
    out["resource"] = Json::object();
    put_attributes(out["resource"], resource_spans.resource());
  }
  out["scopeSpans"] = Json::array();
  for (const auto& scope_spans : resource_spans.scope_spans()) {
    Json& scope_out = out["scopeSpans"].emplace_back(Json::object());
    if (scope_spans.has_scope()) {
      scope_out["scope"] = Json::object();
      put_text(scope_out["scope"], "name", scope_spans.scope().name());
      put_text(scope_out["scope"], "version", scope_spans.scope().version());
      put_attributes(scope_out["scope"], scope_spans.scope());
    }
    scope_out["spans"] = Json::array();
    for (const auto& span : scope_spans.spans()) scope_out["spans"].push_back(span_json(span));
    put_text(scope_out, "schemaUrl", scope_spans.schema_url());
  }
  put_text(out, "schemaUrl", resource_spans.schema_url());
  return out;
}

}  // namespace

std::string traces_to_json(const otlp::v1::TracesData& traces) {
  Json out{{"resourceSpans", Json::array()}};
  for (const auto& resource_spans : traces.resource_spans())
    out["resourceSpans"].push_back(resource_spans_json(resource_spans));
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace nanospan::tools
