#include "readers/json_jaeger.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "readers/proto_writer.h"

namespace nanospan::tools::readers {
namespace {

// The fields of OTLP's Span.
constexpr std::uint32_t kState = 3, kParentId = 4, kKind = 6, kAttributes = 9, kEvents = 11,
                        kLinks = 13, kStatus = 15;

std::uint64_t ns_of(const Json& microseconds, std::string_view field) {
  const std::uint64_t us = uint64_of(microseconds, field);
  if (us > std::numeric_limits<std::uint64_t>::max() / 1000) refuse(field, "is out of range");
  return us * 1000;
}

// A tag, or a field of a log: {"key", "type", "value"}.
struct Tag {
  std::string_view key, type;
  std::optional<Json> value;

  explicit Tag(const Json& tag) {
    for_each_field(tag, "a tag", [this](std::string_view name, const Json& field) {
      if (name == "key")
        key = text_of(field, "a tag's key");
      else if (name == "type" || name == "vType")
        type = text_of(field, "a tag's type");
      else if (name == "value")
        value = field;
    });
  }
  [[nodiscard]] std::string_view text() const {
    std::string_view text;
    return value && value->get_string().get(text) == simdjson::SUCCESS ? text : "";
  }
  [[nodiscard]] bool is_true() const {
    bool is_true = false;
    return value &&
           (value->get_bool().get(is_true) == simdjson::SUCCESS ? is_true : text() == "true");
  }
};

// What it says of itself counts where the value fits; older clients write numbers as texts.
void write_tag_value(const Tag& tag, ProtoWriter& out) {
  if (!tag.value) return;
  const Json& value = *tag.value;
  if (tag.type == "binary" && value.is_string()) {
    std::string bytes;
    append_base64(tag.text(), "a tag's value", bytes);
    out.text(7, bytes);
  } else if (value.is_bool() || tag.type == "bool") {
    out.varint(2, bool_of(value, "a tag's value") ? 1 : 0);
  } else if (tag.type == "int64" || (tag.type != "float64" && value.is_int64())) {
    out.varint(3, static_cast<std::uint64_t>(int64_of(value, "a tag's value")));
  } else if (tag.type == "float64" || value.is_number()) {
    out.real(4, real_of(value, "a tag's value"));
  } else {
    out.text(1, text_of(value, "a tag's value"));
  }
}

void write_tag(std::uint32_t attributes, const Tag& tag, ProtoWriter& out) {
  out.message(attributes, [&] {
    out.text(1, tag.key);
    out.message(2, [&] { write_tag_value(tag, out); });
  });
}

void write_log(const Json& log, ProtoWriter& out) {
  std::string_view event;
  for_each_field(log, "a log", [&](std::string_view name, const Json& value) {
    if (name == "timestamp") out.fixed64(1, ns_of(value, "a log's timestamp"));
    if (name != "fields") return;
    for_each_element(value, "a log's fields", [&](const Json& field) {
      const Tag tag(field);
      if (tag.key == "event" && event.empty() && !tag.text().empty())
        event = tag.text();
      else
        write_tag(3, tag, out);
    });
  });
  if (!event.empty()) out.text(2, event);
}

struct Reference {
  Id trace_id, span_id;
  bool is_child_of = false;
};

Reference reference_of(const Json& reference) {
  Reference out;
  for_each_field(reference, "a reference", [&](std::string_view name, const Json& value) {
    if (name == "traceID")
      out.trace_id = Id::from_short_hex(text_of(value, name), "a reference's traceID", 16);
    else if (name == "spanID")
      out.span_id = Id::from_short_hex(text_of(value, name), "a reference's spanID", 8);
    else if (name == "refType")
      out.is_child_of = text_of(value, "a reference's refType") == "CHILD_OF";
  });
  return out;
}

// The tags in which OpenTelemetry's mapping to Jaeger puts a scope, by today's words and the
// former.
enum class ScopeTag { kNone, kName, kVersion };
ScopeTag scope_tag(std::string_view key) noexcept {
  constexpr std::string_view kPrefix = "otel.";
  if (!key.starts_with(kPrefix)) return ScopeTag::kNone;
  key.remove_prefix(kPrefix.size());
  if (key == "scope.name" || key == "library.name") return ScopeTag::kName;
  if (key == "scope.version" || key == "library.version") return ScopeTag::kVersion;
  return ScopeTag::kNone;
}

// One span: what its fields say, until it is written.
class JaegerSpan {
 public:
  explicit JaegerSpan(const Json& span) {
    for_each_field(span, "a span",
                   [this](std::string_view name, const Json& value) { set(name, value); });
    if (!trace_id_.is_set() || !span_id_.is_set()) refuse("it", "has no id");
    if (end_ns() < start_ns_) refuse("its duration", "is out of range");
    if (!tags_) return;
    for_each_element(*tags_, "tags", [this](const Json& element) {
      const Tag tag(element);
      const ScopeTag part = scope_tag(tag.key);
      if (part == ScopeTag::kName) scope_ = tag.text();
      if (part == ScopeTag::kVersion) version_ = tag.text();
    });
  }

  [[nodiscard]] std::string_view process_id() const noexcept { return process_id_; }
  [[nodiscard]] const std::optional<Json>& process() const noexcept { return process_; }
  [[nodiscard]] std::string_view scope() const noexcept { return scope_; }
  [[nodiscard]] std::string_view version() const noexcept { return version_; }

  void write(ProtoWriter& out) const {
    out.text(1, trace_id_.view());
    out.text(2, span_id_.view());
    out.text(5, name_);
    out.fixed64(7, start_ns_);
    out.fixed64(8, end_ns());
    if (flags_ != 0) out.fixed32(16, flags_ & 0xff);
    write_references(out);
    write_tags(out);
    if (!logs_) return;
    for_each_element(*logs_, "logs",
                     [&](const Json& log) { out.message(kEvents, [&] { write_log(log, out); }); });
  }

 private:
  void set(std::string_view name, const Json& value) {
    if (name == "traceID")
      trace_id_ = Id::from_short_hex(text_of(value, name), name, 16);
    else if (name == "spanID")
      span_id_ = Id::from_short_hex(text_of(value, name), name, 8);
    else if (name == "parentSpanID")
      parent_id_ = Id::from_short_hex(text_of(value, name), name, 8);
    else if (name == "operationName")
      name_ = text_of(value, name);
    else if (name == "startTime")
      start_ns_ = ns_of(value, name);
    else if (name == "duration")
      duration_ns_ = ns_of(value, name);
    else if (name == "flags")
      flags_ = uint32_of(value, name);
    else if (name == "processID")
      process_id_ = text_of(value, name);
    else if (name == "process")
      process_ = value;
    else if (name == "references")
      references_ = value;
    else if (name == "tags")
      tags_ = value;
    else if (name == "logs")
      logs_ = value;
  }
  [[nodiscard]] std::uint64_t end_ns() const noexcept { return start_ns_ + duration_ns_; }

  // The parent is the first that it is a child of in its own trace, else the first that it follows.
  void write_references(ProtoWriter& out) const {
    std::vector<Reference> references;
    if (references_) {
      for_each_element(*references_, "references", [&](const Json& reference) {
        references.push_back(reference_of(reference));
      });
    }
    const auto parent_among = [&](bool child_of) {
      return std::find_if(references.begin(), references.end(), [&](const Reference& reference) {
        return reference.is_child_of == child_of && reference.span_id.is_set() &&
               reference.trace_id.view() == trace_id_.view();
      });
    };
    auto parent = parent_among(true);
    if (parent == references.end()) parent = parent_among(false);
    const Id& parent_id = parent != references.end() ? parent->span_id : parent_id_;
    if (parent_id.is_set()) out.text(kParentId, parent_id.view());
    for (const Reference& reference : references) {
      if (parent != references.end() && &reference == &*parent) continue;
      out.message(kLinks, [&] {
        out.text(1, reference.trace_id.view());
        out.text(2, reference.span_id.view());
      });
    }
  }

  void write_tags(ProtoWriter& out) const {
    if (!tags_) return;
    std::optional<int> status;
    bool is_error = false;
    std::string_view description;
    for_each_element(*tags_, "tags", [&](const Json& element) {
      const Tag tag(element);
      if (tag.key == "span.kind")
        write_kind(tag, out);
      else if (tag.key == "otel.status_code")
        status = tag.text() == "ERROR" ? 2 : tag.text() == "OK" ? 1 : 0;
      else if (tag.key == "otel.status_description")
        description = tag.text();
      else if (tag.key == "error" && tag.is_true())
        is_error = true;
      else if (tag.key == "w3c.tracestate")
        out.text(kState, tag.text());
      else if (scope_tag(tag.key) == ScopeTag::kNone)
        write_tag(kAttributes, tag, out);
    });
    const int code = status.value_or(is_error ? 2 : 0);
    if (code == 0 && description.empty()) return;
    out.message(kStatus, [&] {
      if (!description.empty()) out.text(2, description);
      out.varint(3, static_cast<std::uint64_t>(code));
    });
  }

  static void write_kind(const Tag& tag, ProtoWriter& out) {
    constexpr std::string_view kNames[] = {"internal", "server", "client", "producer", "consumer"};
    const auto* const at = std::find(std::begin(kNames), std::end(kNames), tag.text());
    if (at != std::end(kNames))
      out.varint(kKind, static_cast<std::uint64_t>(at - std::begin(kNames)) + 1);
    else
      write_tag(kAttributes, tag, out);
  }

  Id trace_id_, span_id_, parent_id_;
  std::string_view name_, process_id_, scope_, version_;
  std::uint64_t start_ns_ = 0, duration_ns_ = 0;
  std::uint32_t flags_ = 0;
  std::optional<Json> process_, references_, tags_, logs_;
};

void write_process(const Json& process, ProtoWriter& out) {
  for_each_field(process, "a process", [&](std::string_view name, const Json& value) {
    if (name == "serviceName") {
      out.message(1, [&] {
        out.text(1, "service.name");
        out.message(2, [&] { out.text(1, text_of(value, name)); });
      });
    } else if (name == "tags") {
      for_each_element(value, "a process' tags",
                       [&](const Json& tag) { write_tag(1, Tag(tag), out); });
    }
  });
}

// Spans of one process and one scope: what becomes a ResourceSpans.
struct Group {
  std::optional<Json> process;
  std::uint64_t spans = 0;
  std::string scope_spans;
};

class JaegerTrace {
 public:
  JaegerTrace(const Json& trace, Translation& into) : into_(into) {
    std::optional<Json> spans;
    for_each_field(trace, "a trace", [&](std::string_view name, const Json& value) {
      if (name == "spans")
        spans = value;
      else if (name == "processes")
        index_processes(value);
    });
    if (!spans) return;
    for_each_element(*spans, "spans", [this](const Json& span) { add(span); });
    for (const Group& group : groups_) finish(group);
  }

 private:
  void index_processes(const Json& untrusted) {
    JsonObject processes;
    if (untrusted.get_object().get(processes) != simdjson::SUCCESS)
      refuse("processes", "is not an object");
    for (const auto process : processes) processes_.insert_or_assign(process.key, process.value);
  }

  void add(const Json& untrusted_span) {
    Group* group = nullptr;
    std::size_t before = 0;
    try {
      const JaegerSpan span(untrusted_span);
      group = &group_of(span);
      before = group->scope_spans.size();
      ProtoWriter out(group->scope_spans);
      out.message(2, [&] { span.write(out); });
      ++group->spans;
    } catch (const Refusal& refusal) {
      if (group != nullptr) group->scope_spans.resize(before);
      into_.skip("a span was skipped: " + refusal.reason);
    }
  }

  Group& group_of(const JaegerSpan& span) {
    if (!span.process()) {
      const GroupKey key{span.process_id(), span.scope(), span.version()};
      const auto [at, is_new] = index_.try_emplace(key, groups_.size());
      if (!is_new) return groups_[at->second];
    }
    Group& group = groups_.emplace_back();
    group.process = span.process();
    if (const auto at = processes_.find(span.process_id());
        !group.process && at != processes_.end())
      group.process = at->second;
    if (span.scope().empty() && span.version().empty()) return group;
    ProtoWriter out(group.scope_spans);
    out.message(1, [&] {
      out.text(1, span.scope());
      if (!span.version().empty()) out.text(2, span.version());
    });
    return group;
  }

  void finish(const Group& group) {
    ProtoWriter out(into_.otlp);
    const std::size_t before = out.size();
    try {
      out.message(1, [&] {
        if (group.process) out.message(1, [&] { write_process(*group.process, out); });
        out.text(2, group.scope_spans);
      });
      into_.spans += group.spans;
    } catch (const Refusal& refusal) {
      out.truncate(before);
      into_.skip("the spans of a process were skipped: " + refusal.reason);
    }
  }

  // Process, scope, version.
  using GroupKey = std::tuple<std::string_view, std::string_view, std::string_view>;

  Translation& into_;
  std::unordered_map<std::string_view, Json> processes_;
  std::vector<Group> groups_;
  std::map<GroupKey, std::size_t> index_;
};

}  // namespace

void add_jaeger_trace(const Json& trace, Translation& into) {
  JaegerTrace(trace, into);
}

}  // namespace nanospan::tools::readers
