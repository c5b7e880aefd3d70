#include "readers/json_otlp.h"

#include "readers/proto_writer.h"

namespace nanospan::tools::readers {
namespace {

void write_value(const Json& value, ProtoWriter& out, int depth);

void write_pair(const Json& pair, ProtoWriter& out, int depth) {
  for_each_field(pair, "an attribute", [&](std::string_view name, const Json& value) {
    if (name == "key")
      out.text(1, text_of(value, "an attribute's key"));
    else if (name == "value")
      out.message(2, [&] { write_value(value, out, depth); });
  });
}

// A oneof: of several the last counts, for whoever reads it.
void write_value(const Json& any_value, ProtoWriter& out, int depth) {
  if (depth > kValueDepthMax) refuse("an attribute's value", "is nested too deep");
  for_each_field(any_value, "an attribute's value", [&](std::string_view name, const Json& value) {
    if (name == "stringValue") {
      out.text(1, text_of(value, name));
    } else if (name == "boolValue") {
      out.varint(2, bool_of(value, name) ? 1 : 0);
    } else if (name == "intValue") {
      out.varint(3, static_cast<std::uint64_t>(int64_of(value, name)));
    } else if (name == "doubleValue") {
      out.real(4, real_of(value, name));
    } else if (name == "bytesValue") {
      std::string bytes;
      append_base64(text_of(value, name), name, bytes);
      out.text(7, bytes);
    } else if (name == "arrayValue" || name == "kvlistValue") {
      const bool is_map = name == "kvlistValue";
      out.message(is_map ? 6 : 5, [&] {
        for_each_field(value, name, [&](std::string_view field, const Json& values) {
          if (field != "values") return;
          for_each_element(values, is_map ? "kvlistValue" : "arrayValue", [&](const Json& element) {
            out.message(1, [&] {
              is_map ? write_pair(element, out, depth + 1) : write_value(element, out, depth + 1);
            });
          });
        });
      });
    }
  });
}

struct AttributeTags {
  std::uint32_t attributes, dropped;
};

// What resources, scopes, spans, events and links have in common. False: another field.
bool write_attribute_field(std::string_view name, const Json& value, AttributeTags tags,
                           ProtoWriter& out) {
  if (name == "attributes") {
    for_each_element(value, "attributes", [&](const Json& pair) {
      out.message(tags.attributes, [&] { write_pair(pair, out, 0); });
    });
    return true;
  }
  if (name != "droppedAttributesCount") return false;
  out.varint(tags.dropped, uint32_of(value, name));
  return true;
}

void write_event(const Json& event, ProtoWriter& out) {
  for_each_field(event, "an event", [&](std::string_view name, const Json& value) {
    if (name == "timeUnixNano")
      out.fixed64(1, uint64_of(value, "an event's timeUnixNano"));
    else if (name == "name")
      out.text(2, text_of(value, "an event's name"));
    else
      (void)write_attribute_field(name, value, {3, 4}, out);
  });
}

void write_link(const Json& link, ProtoWriter& out) {
  for_each_field(link, "a link", [&](std::string_view name, const Json& value) {
    if (name == "traceId")
      out.text(1, Id(value, "a link's traceId", 16).view());
    else if (name == "spanId")
      out.text(2, Id(value, "a link's spanId", 8).view());
    else if (name == "traceState")
      out.text(3, text_of(value, name));
    else if (name == "flags")
      out.fixed32(6, uint32_of(value, "a link's flags"));
    else
      (void)write_attribute_field(name, value, {4, 5}, out);
  });
}

void write_status(const Json& status, ProtoWriter& out) {
  for_each_field(status, "status", [&](std::string_view name, const Json& value) {
    if (name == "message")
      out.text(2, text_of(value, "the status' message"));
    else if (name == "code")
      out.varint(3, static_cast<std::uint64_t>(std::int64_t{enumeration_of(
                        value, "the status' code", "STATUS_CODE_", {"UNSET", "OK", "ERROR"})}));
  });
}

// The parts of a span that are lists or messages. False: another field.
bool write_span_part(std::string_view name, const Json& value, ProtoWriter& out) {
  if (name == "events")
    for_each_element(value, name,
                     [&](const Json& event) { out.message(11, [&] { write_event(event, out); }); });
  else if (name == "links")
    for_each_element(value, name,
                     [&](const Json& link) { out.message(13, [&] { write_link(link, out); }); });
  else if (name == "status")
    out.message(15, [&] { write_status(value, out); });
  else
    return write_attribute_field(name, value, {9, 10}, out);
  return true;
}

void write_span(const Json& span, ProtoWriter& out) {
  bool has_trace_id = false, has_span_id = false;
  for_each_field(span, "a span", [&](std::string_view name, const Json& value) {
    if (name == "traceId") {
      const Id id(value, name, 16);
      has_trace_id = id.is_set();
      out.text(1, id.view());
    } else if (name == "spanId") {
      const Id id(value, name, 8);
      has_span_id = id.is_set();
      out.text(2, id.view());
    } else if (name == "parentSpanId") {
      const Id id(value, name, 8);
      if (id.is_set()) out.text(4, id.view());
    } else if (name == "name") {
      out.text(5, text_of(value, name));
    } else if (name == "kind") {
      out.varint(6, static_cast<std::uint64_t>(std::int64_t{enumeration_of(
                        value, name, "SPAN_KIND_",
                        {"UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"})}));
    } else if (name == "startTimeUnixNano") {
      out.fixed64(7, uint64_of(value, name));
    } else if (name == "endTimeUnixNano") {
      out.fixed64(8, uint64_of(value, name));
    } else if (name == "traceState") {
      out.text(3, text_of(value, name));
    } else if (name == "flags") {
      out.fixed32(16, uint32_of(value, name));
    } else if (name == "droppedEventsCount") {
      out.varint(12, uint32_of(value, name));
    } else if (name == "droppedLinksCount") {
      out.varint(14, uint32_of(value, name));
    } else {
      (void)write_span_part(name, value, out);
    }
  });
  if (!has_trace_id || !has_span_id) refuse("it", "has no id");
}

void write_scope(const Json& scope, ProtoWriter& out) {
  for_each_field(scope, "a scope", [&](std::string_view name, const Json& value) {
    if (name == "name")
      out.text(1, text_of(value, "a scope's name"));
    else if (name == "version")
      out.text(2, text_of(value, "a scope's version"));
    else
      (void)write_attribute_field(name, value, {3, 4}, out);
  });
}

void write_spans(const Json& list, ProtoWriter& out, Translation& into) {
  for_each_element(list, "spans", [&](const Json& span) {
    const std::size_t before = out.size();
    try {
      out.message(2, [&] { write_span(span, out); });
      ++into.spans;
    } catch (const Refusal& refusal) {
      out.truncate(before);
      into.skip("a span was skipped: " + refusal.reason);
    }
  });
}

void write_scope_spans(const Json& scope_spans, ProtoWriter& out, Translation& into) {
  for_each_field(scope_spans, "scopeSpans", [&](std::string_view name, const Json& value) {
    if (name == "spans")
      write_spans(value, out, into);
    else if (name == "scope" || name == "instrumentationLibrary")
      out.message(1, [&] { write_scope(value, out); });
    else if (name == "schemaUrl")
      out.text(3, text_of(value, name));
  });
}

void write_resource_spans(const Json& resource_spans, ProtoWriter& out, Translation& into) {
  for_each_field(resource_spans, "resourceSpans", [&](std::string_view name, const Json& value) {
    if (name == "scopeSpans" || name == "instrumentationLibrarySpans") {
      for_each_element(value, name, [&](const Json& scope_spans) {
        out.message(2, [&] { write_scope_spans(scope_spans, out, into); });
      });
    } else if (name == "resource") {
      out.message(1, [&] {
        for_each_field(value, "a resource", [&](std::string_view field, const Json& inner) {
          (void)write_attribute_field(field, inner, {1, 2}, out);
        });
      });
    } else if (name == "schemaUrl") {
      out.text(3, text_of(value, name));
    }
  });
}

}  // namespace

void add_resource_spans(const Json& resource_spans, Translation& into) {
  ProtoWriter out(into.otlp);
  const std::size_t before = out.size();
  const std::uint64_t spans_before = into.spans;
  try {
    out.message(1, [&] { write_resource_spans(resource_spans, out, into); });
  } catch (const Refusal& refusal) {
    out.truncate(before);
    into.spans = spans_before;
    into.skip("the spans of a resource were skipped: " + refusal.reason);
  }
}

void add_resource_spans_list(const Json& list, Translation& into) {
  for_each_element(list, "resourceSpans",
                   [&](const Json& element) { add_resource_spans(element, into); });
}

}  // namespace nanospan::tools::readers
