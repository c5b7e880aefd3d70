#include "readers/json_translator.h"

#include "readers/json_jaeger.h"
#include "readers/json_otlp.h"
#include "readers/json_values.h"

namespace nanospan::tools::readers {
namespace {

// Lists of documents, and answers that wrap one.
constexpr int kWrappersMax = 4;

const char* sentence_of(simdjson::error_code error) noexcept {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return "it is not UTF-8";
    case simdjson::DEPTH_ERROR:
      return "it is nested too deep";
    case simdjson::UNCLOSED_STRING:
      return "it ends inside a string";
    case simdjson::NUMBER_ERROR:
      return "it holds a number that JSON does not know, or a larger one than can be read";
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return "it is too large";
    default:
      return "it is not JSON";
  }
}

}  // namespace

struct JsonTranslator::Impl {
  void document(const Json& value, int depth, Translation& into);
  // False: it is a field that says nothing about where spans are.
  bool member(std::string_view name, const Json& value, int depth, Translation& into);

  simdjson::dom::parser parser;
  bool has_seen_jaeger = false;
};

void JsonTranslator::Impl::document(const Json& value, int depth, Translation& into) {
  if (depth > kWrappersMax) refuse("it", "is nested too deep");
  if (value.is_array()) {
    for_each_element(value, "it", [&](const Json& element) { document(element, depth + 1, into); });
    return;
  }
  bool is_known = false, has_spans = false, is_empty = true;
  if (!value.is_object()) refuse("it", "is not a JSON object");
  for_each_field(value, "it", [&](std::string_view name, const Json& field) {
    is_empty = false;
    has_spans |= name == "spans";
    is_known |= member(name, field, depth, into);
  });
  if (has_spans) {
    has_seen_jaeger = true;
    add_jaeger_trace(value, into);
  } else if (!is_known && !is_empty) {
    refuse("it", "is neither OTLP's JSON nor Jaeger's");
  }
}

bool JsonTranslator::Impl::member(std::string_view name, const Json& value, int depth,
                                  Translation& into) {
  if (name == "resourceSpans" || name == "batches") {
    add_resource_spans_list(value, into);
  } else if (name == "data") {
    has_seen_jaeger = true;
    for_each_element(value, "data", [&](const Json& trace) { add_jaeger_trace(trace, into); });
  } else if (name == "result" || name == "trace") {
    document(value, depth + 1, into);
  } else {
    return name == "resourceMetrics" || name == "resourceLogs" || name == "resourceProfiles" ||
           name == "errors" || name == "partialSuccess";
  }
  return true;
}

JsonTranslator::JsonTranslator() : impl_(std::make_unique<Impl>()) {}
JsonTranslator::~JsonTranslator() = default;

bool JsonTranslator::has_seen_jaeger() const noexcept {
  return impl_->has_seen_jaeger;
}

void JsonTranslator::translate(const JsonPiece& untrusted_piece, Translation& into) {
  into.clear();
  Json value;
  // The piece has the padding that the parser wants: nothing is copied.
  const auto error =
      impl_->parser.parse(untrusted_piece.text.data(), untrusted_piece.text.size(), false)
          .get(value);
  if (error != simdjson::SUCCESS) {
    into.error = sentence_of(error);
    return;
  }
  try {
    switch (untrusted_piece.kind) {
      case JsonPiece::Kind::kDocument:
        impl_->document(value, 0, into);
        break;
      case JsonPiece::Kind::kResourceSpans:
        add_resource_spans(value, into);
        break;
      case JsonPiece::Kind::kJaegerTrace:
        impl_->has_seen_jaeger = true;
        add_jaeger_trace(value, into);
    }
  } catch (const Refusal& refusal) {
    into.error = refusal.reason;
  }
}

}  // namespace nanospan::tools::readers
