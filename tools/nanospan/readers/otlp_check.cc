#include "readers/otlp_check.h"

#include <algorithm>
#include <initializer_list>
#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "base/utf8.h"
#include "readers/otlp_fields.h"

namespace nanospan::tools::readers {
namespace {

using protozero::pbf_wire_type;

// A message's fields. Tags and lengths that protobuf's own code would refuse are refused here:
// protozero takes what is cut to 32 bits.
class Fields {
 public:
  explicit Fields(std::string_view untrusted) : reader_(untrusted.data(), untrusted.size()) {}

  bool next() {
    const std::size_t before = reader_.length();
    if (!reader_.next()) return false;
    if (before - reader_.length() > 5) refuse("a tag", "is too large");
    return true;
  }
  [[nodiscard]] std::uint32_t what() const { return reader_.tag_and_type(); }
  [[nodiscard]] bool has_text() const {
    return reader_.wire_type() == pbf_wire_type::length_delimited;
  }
  std::string_view text() {
    const protozero::data_view rest = reader_.data();
    const std::string_view text = view_of(reader_.get_view());
    const auto digits = static_cast<std::size_t>(text.data() - rest.data());
    if (digits > 5 || (digits == 5 && static_cast<unsigned char>(rest.data()[4]) > 7))
      refuse("a length", "is too large");
    return text;
  }
  void skip() {
    if (has_text())
      (void)text();
    else
      reader_.skip();
  }
  std::uint64_t fixed64() { return reader_.get_fixed64(); }

 private:
  protozero::pbf_reader reader_;
};

void check_text(std::string_view untrusted, const char* field) {
  if (!base::is_valid_utf8(untrusted)) refuse(field, "is not UTF-8");
}

void check_id(std::string_view untrusted, std::size_t bytes, const char* field) {
  if (!untrusted.empty() && untrusted.size() != bytes) refuse(field, "has not the length of an id");
}

void check_pair(std::string_view untrusted, int depth);

void check_value(std::string_view untrusted, int depth) {
  if (depth > kValueDepthMax) refuse("an attribute's value", "is nested too deep");
  for (Fields value(untrusted); value.next();) {
    if (value.what() == field::kString) {
      check_text(value.text(), "an attribute's value");
    } else if (value.what() == field::kArray) {
      for (Fields array(value.text()); array.next();) {
        if (array.what() == field::kElements)
          check_value(array.text(), depth + 1);
        else
          array.skip();
      }
    } else if (value.what() == field::kMap) {
      for (Fields map(value.text()); map.next();) {
        if (map.what() == field::kElements)
          check_pair(map.text(), depth + 1);
        else
          map.skip();
      }
    } else {
      value.skip();
    }
  }
}

void check_pair(std::string_view untrusted, int depth) {
  for (Fields pair(untrusted); pair.next();) {
    if (pair.what() == field::kPairKey)
      check_text(pair.text(), "an attribute's key");
    else if (pair.what() == field::kPairValue)
      check_value(pair.text(), depth);
    else
      pair.skip();
  }
}

struct NamedText {
  std::uint32_t field;
  const char* name;  // in a refusal
};

// A message of texts, and of attributes where it has a field of them.
void check_message(std::string_view untrusted, std::initializer_list<NamedText> texts,
                   std::uint32_t attributes = 0) {
  for (Fields message(untrusted); message.next();) {
    const auto text = std::find_if(texts.begin(), texts.end(), [&](const NamedText& one) {
      return one.field == message.what();
    });
    if (text != texts.end())
      check_text(message.text(), text->name);
    else if (message.what() == attributes)
      check_pair(message.text(), 0);
    else
      message.skip();
  }
}

void check_event(std::string_view untrusted) {
  check_message(untrusted, {{field::kEventName, "an event's name"}}, field::kEventAttributes);
}

void check_link(std::string_view untrusted) {
  for (Fields link(untrusted); link.next();) {
    if (link.what() == field::kSpanTraceId)
      check_id(link.text(), 16, "a link's trace id");
    else if (link.what() == field::kSpanId)
      check_id(link.text(), 8, "a link's span id");
    else if (link.what() == field::kLinkState)
      check_text(link.text(), "a link's trace state");
    else if (link.what() == field::kLinkAttributes)
      check_pair(link.text(), 0);
    else
      link.skip();
  }
}

void check_status(std::string_view untrusted) {
  check_message(untrusted, {{field::kStatusMessage, "its status message"}});
}

// When it ended.
std::uint64_t check_span(std::string_view untrusted) {
  std::string_view trace_id, span_id;
  std::uint64_t end_unix_ns = 0;
  for (Fields span(untrusted); span.next();) {
    switch (span.what()) {
      case field::kSpanTraceId:
        check_id(trace_id = span.text(), 16, "its trace id");
        break;
      case field::kSpanId:
        check_id(span_id = span.text(), 8, "its span id");
        break;
      case field::kSpanParentId:
        check_id(span.text(), 8, "its parent's id");
        break;
      case field::kSpanState:
        check_text(span.text(), "its trace state");
        break;
      case field::kSpanName:
        check_text(span.text(), "its name");
        break;
      case field::kSpanEnd:
        end_unix_ns = span.fixed64();
        break;
      case field::kSpanAttributes:
        check_pair(span.text(), 0);
        break;
      case field::kSpanEvents:
        check_event(span.text());
        break;
      case field::kSpanLinks:
        check_link(span.text());
        break;
      case field::kSpanStatus:
        check_status(span.text());
        break;
      default:
        span.skip();
    }
  }
  if (trace_id.empty() || span_id.empty()) refuse("it", "has no id");
  return end_unix_ns;
}

void check_resource(std::string_view untrusted) {
  check_message(untrusted, {}, field::kResourceAttributes);
}

void check_scope(std::string_view untrusted) {
  check_message(
      untrusted,
      {{field::kScopeName, "a scope's name"}, {field::kScopeVersion, "a scope's version"}},
      field::kScopeAttributes);
}

// All of it is sound: the number of its spans; else it throws.
std::uint64_t count_sound_spans(std::string_view untrusted) {
  std::uint64_t spans = 0;
  for (Fields traces(untrusted); traces.next();) {
    if (traces.what() != field::kResourceSpans) {
      traces.skip();
      continue;
    }
    for (Fields resource_spans(traces.text()); resource_spans.next();) {
      if (resource_spans.what() == field::kResource) {
        check_resource(resource_spans.text());
      } else if (resource_spans.what() == field::kSchemaUrl) {
        check_text(resource_spans.text(), "a schema's address");
      } else if (resource_spans.what() == field::kScopeSpans) {
        for (Fields scope_spans(resource_spans.text()); scope_spans.next();) {
          if (scope_spans.what() == field::kSpans) {
            (void)check_span(scope_spans.text());
            ++spans;
          } else if (scope_spans.what() == field::kScope) {
            check_scope(scope_spans.text());
          } else if (scope_spans.what() == field::kSchemaUrl) {
            check_text(scope_spans.text(), "a schema's address");
          } else {
            scope_spans.skip();
          }
        }
      } else {
        resource_spans.skip();
      }
    }
  }
  return spans;
}

// Runs `f`; false, and counted: there is something in it that can't be read.
template <typename F>
bool is_sound(Translation& into, const char* what, F&& f) {
  try {
    f();
    return true;
  } catch (const Refusal& refusal) {
    into.skip(std::string(what) + " skipped: " + refusal.reason);
  } catch (const protozero::exception&) {
    into.skip(std::string(what) + " skipped: its bytes are no protobuf");
  }
  return false;
}

// Writes anew what is sound and wanted.
class Sieve {
 public:
  Sieve(const TimeWindow& window, Translation& into) : window_(window), into_(into) {}

  void traces(std::string_view untrusted) {
    protozero::pbf_writer out(into_.otlp);
    Fields traces(untrusted);
    // What is cut short ends here, and what stood before it stays.
    while (is_sound(into_, "the rest was", [&] { more_ = traces.next(); }) && more_) {
      std::string_view text;
      const bool is_whole = is_sound(into_, "the rest was", [&] {
        if (traces.what() == field::kResourceSpans)
          text = traces.text();
        else
          traces.skip();
      });
      if (!is_whole) return;
      if (text.empty()) continue;
      protozero::pbf_writer nested(out, field::kResourceSpansTag);
      if (!is_sound(into_, "the spans of a resource were", [&] { resource_spans(text, nested); }))
        nested.rollback();
    }
  }

 private:
  void resource_spans(std::string_view untrusted, protozero::pbf_writer& out) {
    const std::uint64_t spans_before = into_.spans;
    try {
      for (Fields fields(untrusted); fields.next();) {
        if (fields.what() == field::kScopeSpans) {
          const std::string_view text = fields.text();
          protozero::pbf_writer nested(out, field::kScopeSpansTag);
          scope_spans(text, nested);
        } else if (fields.what() == field::kResource) {
          const std::string_view text = fields.text();
          check_resource(text);
          out.add_message(field::kResourceTag, text.data(), text.size());
        } else if (fields.what() == field::kSchemaUrl) {
          copy_schema_url(fields, out);
        } else {
          fields.skip();
        }
      }
    } catch (...) {
      into_.spans = spans_before;
      throw;
    }
  }

  void scope_spans(std::string_view untrusted, protozero::pbf_writer& out) {
    for (Fields fields(untrusted); fields.next();) {
      if (fields.what() == field::kSpans) {
        const std::string_view text = fields.text();
        std::uint64_t end_unix_ns = 0;
        if (is_sound(into_, "a span was", [&] { end_unix_ns = check_span(text); }))
          take(text, end_unix_ns, out);
      } else if (fields.what() == field::kScope) {
        const std::string_view text = fields.text();
        check_scope(text);
        out.add_message(field::kScopeTag, text.data(), text.size());
      } else if (fields.what() == field::kSchemaUrl) {
        copy_schema_url(fields, out);
      } else {
        fields.skip();
      }
    }
  }

  static void copy_schema_url(Fields& fields, protozero::pbf_writer& out) {
    const std::string_view text = fields.text();
    check_text(text, "a schema's address");
    out.add_string(3, text.data(), text.size());
  }

  void take(std::string_view span, std::uint64_t end_unix_ns, protozero::pbf_writer& out) {
    if (!window_.has(static_cast<std::int64_t>(end_unix_ns))) {
      ++into_.too_old;
      return;
    }
    out.add_message(field::kSpansTag, span.data(), span.size());
    ++into_.spans;
  }

  const TimeWindow& window_;
  Translation& into_;
  bool more_ = false;
};

}  // namespace

OtlpPiece check_otlp(std::string_view untrusted_bytes, const TimeWindow& window,
                     Translation& into) {
  if (window.is_everything()) {
    try {
      return {untrusted_bytes, count_sound_spans(untrusted_bytes)};
    } catch (const Refusal&) {               // what it was is found again, and told,
    } catch (const protozero::exception&) {  // by the sieve
    }
  }
  Sieve(window, into).traces(untrusted_bytes);
  return into.piece();
}

}  // namespace nanospan::tools::readers
