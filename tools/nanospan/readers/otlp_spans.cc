#include "readers/otlp_spans.h"

#include <protozero/pbf_reader.hpp>

#include "readers/otlp_fields.h"

namespace nanospan::tools {
namespace {

using protozero::pbf_reader;
using readers::view_of;
namespace field = readers::field;

void read_status(pbf_reader status, OtlpSpan& into) {
  while (status.next()) {
    if (status.tag_and_type() == field::kStatusMessage)
      into.status_message = view_of(status.get_view());
    else if (status.tag_and_type() == field::kStatusCode)
      into.status_code = status.get_enum();
    else
      status.skip();
  }
}

void read_span(std::string_view bytes, OtlpSpan& into) {
  pbf_reader span(bytes.data(), bytes.size());
  OtlpAttributes attributes = std::move(into.attributes);
  attributes.clear();
  into = {};
  into.bytes = bytes;
  while (span.next()) {
    switch (span.tag_and_type()) {
      case field::kSpanTraceId:
        into.trace_id = view_of(span.get_view());
        break;
      case field::kSpanId:
        into.span_id = view_of(span.get_view());
        break;
      case field::kSpanParentId:
        into.parent_span_id = view_of(span.get_view());
        break;
      case field::kSpanName:
        into.name = view_of(span.get_view());
        break;
      case field::kSpanKind:
        into.kind = span.get_enum();
        break;
      case field::kSpanStart:
        into.start_unix_ns = span.get_fixed64();
        break;
      case field::kSpanEnd:
        into.end_unix_ns = span.get_fixed64();
        break;
      case field::kSpanAttributes:
        attributes.push_back(view_of(span.get_view()));
        break;
      case field::kSpanStatus:
        read_status(span.get_message(), into);
        break;
      case field::kSpanFlags:
        into.flags = span.get_fixed32();
        break;
      default:
        span.skip();
    }
  }
  into.attributes = std::move(attributes);
}

OtlpAttributes resource_of(pbf_reader resource_spans) {
  OtlpAttributes attributes;
  while (resource_spans.next()) {
    if (resource_spans.tag_and_type() != field::kResource) {
      resource_spans.skip();
      continue;
    }
    pbf_reader resource = resource_spans.get_message();
    while (resource.next()) {
      if (resource.tag_and_type() == field::kResourceAttributes)
        attributes.push_back(view_of(resource.get_view()));
      else
        resource.skip();
    }
  }
  return attributes;
}

}  // namespace

OtlpAttribute read_attribute(std::string_view key_value) {
  using Type = OtlpAttribute::Type;
  OtlpAttribute attribute;
  pbf_reader pair(key_value.data(), key_value.size());
  while (pair.next()) {
    if (pair.tag_and_type() == field::kPairKey) {
      attribute.key = view_of(pair.get_view());
    } else if (pair.tag_and_type() == field::kPairValue) {
      pbf_reader value = pair.get_message();
      while (value.next()) {
        attribute.type = Type::kOther;
        if (value.tag_and_type() == field::kString) {
          attribute.type = Type::kString;
          attribute.text = view_of(value.get_view());
        } else if (value.tag_and_type() == field::kBool) {
          attribute.type = Type::kBool;
          attribute.integer = value.get_bool() ? 1 : 0;
        } else if (value.tag_and_type() == field::kInt) {
          attribute.type = Type::kInt;
          attribute.integer = value.get_int64();
        } else if (value.tag_and_type() == field::kDouble) {
          attribute.type = Type::kDouble;
          attribute.real = value.get_double();
        } else {
          value.skip();
        }
      }
    } else {
      pair.skip();
    }
  }
  return attribute;
}

void visit(const OtlpPiece& piece, OtlpVisitor& visitor) {
  OtlpSpan span;
  pbf_reader traces(piece.bytes.data(), piece.bytes.size());
  while (traces.next(field::kResourceSpansTag, protozero::pbf_wire_type::length_delimited)) {
    pbf_reader resource_spans = traces.get_message();
    // Fields may stand in any order, and the spans need their resource first.
    visitor.resource(resource_of(resource_spans));
    while (resource_spans.next()) {
      if (resource_spans.tag_and_type() != field::kScopeSpans) {
        resource_spans.skip();
        continue;
      }
      pbf_reader scope_spans = resource_spans.get_message();
      while (scope_spans.next(field::kSpansTag, protozero::pbf_wire_type::length_delimited)) {
        read_span(view_of(scope_spans.get_view()), span);
        visitor.span(span);
      }
    }
  }
}

std::string_view service_name(const OtlpAttributes& resource) {
  std::string_view name;
  for (const std::string_view pair : resource) {
    const OtlpAttribute attribute = read_attribute(pair);
    if (attribute.key == "service.name") name = attribute.text;
  }
  return name.empty() ? "unknown_service" : name;
}

}  // namespace nanospan::tools
