#include "view/span_details.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "otlp.pb.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

using Json = nlohmann::ordered_json;
using KeyValues = google::protobuf::RepeatedPtrField<otlp::v1::KeyValue>;

bool parse(std::string_view record, otlp::v1::Span& span) {
  return span.ParseFromArray(record.data(), static_cast<int>(record.size()));
}

const char* kind_name(otlp::v1::Span::SpanKind kind) {
  constexpr const char* kNames[] = {"unspecified", "internal", "server",
                                    "client",      "producer", "consumer"};
  const auto number = static_cast<std::size_t>(kind);
  return number < std::size(kNames) ? kNames[number] : kNames[0];
}

// The last of each key, in their order.
std::vector<const otlp::v1::KeyValue*> latest(const KeyValues& pairs) {
  std::unordered_map<std::string_view, const otlp::v1::KeyValue*> by_key;
  for (const otlp::v1::KeyValue& pair : pairs) by_key[pair.key()] = &pair;
  std::vector<const otlp::v1::KeyValue*> out;
  for (const otlp::v1::KeyValue& pair : pairs)
    if (by_key[pair.key()] == &pair) out.push_back(&pair);
  return out;
}

Json pairs_json(const KeyValues& pairs);

Json value_json(const otlp::v1::AnyValue& value) {
  using Case = otlp::v1::AnyValue::ValueCase;
  switch (value.value_case()) {
    case Case::kStringValue:
      return value.string_value();
    case Case::kBoolValue:
      return value.bool_value();
    case Case::kIntValue:
      return value.int_value();
    case Case::kDoubleValue:
      if (std::isnan(value.double_value())) return "NaN";  // as OTLP/JSON has it
      if (std::isinf(value.double_value()))
        return value.double_value() < 0 ? "-Infinity" : "Infinity";
      return value.double_value();
    case Case::kArrayValue: {
      Json out = Json::array();
      for (const otlp::v1::AnyValue& one : value.array_value().values())
        out.push_back(value_json(one));
      return out;
    }
    case Case::kKvlistValue:
      return pairs_json(value.kvlist_value().values());
    case Case::kBytesValue:
      return hex_of(value.bytes_value());
    case Case::VALUE_NOT_SET:
      break;
  }
  return {};
}

Json pairs_json(const KeyValues& pairs) {
  Json out = Json::object();
  // Not by operator[], which looks through all that are there.
  auto& members = out.get_ref<Json::object_t&>();
  for (const otlp::v1::KeyValue* const pair : latest(pairs))
    members.push_back({pair->key(), value_json(pair->value())});
  return out;
}

std::string value_text(const otlp::v1::AnyValue& value) {
  if (value.has_string_value()) return value.string_value();
  const Json json = value_json(value);
  return json.is_string() ? json.get<std::string>()
                          : json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Pieces of at most `columns`, broken anywhere: what is wanted whole is mostly no prose.
std::vector<std::string> break_up(std::string_view text, std::size_t columns) {
  std::vector<std::string> pieces;
  std::string piece;
  std::size_t width = 0;
  while (!text.empty()) {
    std::size_t bytes = 1;
    while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) ++bytes;
    const std::size_t more = display_width(text.substr(0, bytes));
    if (width + more > columns && !piece.empty()) {
      pieces.push_back(std::exchange(piece, {}));
      width = 0;
    }
    piece += text.substr(0, bytes);
    width += more;
    text.remove_prefix(bytes);
  }
  pieces.push_back(std::move(piece));
  return pieces;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    if (lines.back().ends_with('\r')) lines.back().remove_suffix(1);
    at = end + 1;
  }
  return lines;
}

class DetailLines {
 public:
  explicit DetailLines(const DetailOptions& options) : options_(options) {}

  std::vector<std::string> render(const otlp::v1::Span& span) && {
    const bool has_kind = span.kind() != otlp::v1::Span::SPAN_KIND_UNSPECIFIED;
    add("", "span " + hex_of(span.span_id()) +
                (has_kind ? std::string("  ") + kind_name(span.kind()) : ""));
    if (!span.status().message().empty()) add_text("", "status: ", span.status().message());
    add_pairs("", span.attributes(), span.dropped_attributes_count());
    add_some(span.events(), DetailOptions::kEventsMax, span.dropped_events_count(), "event");
    add_some(span.links(), DetailOptions::kLinksMax, span.dropped_links_count(), "link");
    return std::move(lines_);
  }

 private:
  // Printable text; `indent` is that of all its lines.
  void add(const std::string& indent, const std::string& text) {
    const std::size_t room = options_.columns - std::min(options_.columns - 1, indent.size());
    if (!options_.all) return lines_.push_back(indent + fit(text, room));
    for (const std::string& piece : break_up(text, room)) lines_.push_back(indent + piece);
  }

  // `head` and what is behind it, of which each line is one here.
  void add_text(const std::string& indent, const std::string& head, std::string_view untrusted) {
    const std::vector<std::string_view> lines = lines_of(untrusted);
    add(indent, head + printable(lines[0]));
    const std::size_t end =
        options_.all ? lines.size() : std::min(lines.size(), DetailOptions::kValueLinesMax);
    for (std::size_t i = 1; i < end; ++i) add(indent + "  ", printable(lines[i]));
    if (end < lines.size())
      add(indent + "  ", "… " + format_plural(lines.size() - end, "line") + " more");
  }

  void add_pairs(const std::string& indent, const KeyValues& pairs, std::uint32_t dropped) {
    const std::vector<const otlp::v1::KeyValue*> kept = latest(pairs);
    const std::size_t end =
        options_.all ? kept.size() : std::min(kept.size(), DetailOptions::kAttributesMax);
    for (std::size_t i = 0; i < end; ++i)
      add_text(indent, printable(kept[i]->key()) + " = ", value_text(kept[i]->value()));
    add_rest(indent, kept.size() - end, dropped, "attribute");
  }

  template <typename Items>
  void add_some(const Items& items, std::size_t max, std::uint32_t dropped, const char* noun) {
    const auto count = static_cast<std::size_t>(items.size());
    const std::size_t end = options_.all ? count : std::min(count, max);
    for (std::size_t i = 0; i < end; ++i) add_item(items[static_cast<int>(i)]);
    add_rest("", count - end, dropped, noun);
  }

  void add_item(const otlp::v1::Span::Event& event) {
    add_text("", "· " + time_text(event.time_unix_nano()), event.name());
    add_pairs("    ", event.attributes(), event.dropped_attributes_count());
  }

  void add_item(const otlp::v1::Span::Link& link) {
    add("", "→ span " + hex_of(link.span_id()) + " of trace " + hex_of(link.trace_id()));
    add_pairs("    ", link.attributes(), link.dropped_attributes_count());
  }

  // And what parts it from the name; "": it has none.
  std::string time_text(std::uint64_t untrusted_unix_ns) const {
    if (untrusted_unix_ns == 0) return {};
    // Any number, and differences of any two; a double would tell today's in steps of 256 ns.
    const auto since_ns = static_cast<long double>(untrusted_unix_ns) -
                          static_cast<long double>(options_.trace_ns - options_.shift_ns);
    const auto time_ns = static_cast<std::uint64_t>(std::min(std::abs(since_ns), 9e18L));
    return (since_ns < 0 ? "-" : "") + format_duration(time_ns) + "  ";
  }

  void add_rest(const std::string& indent, std::size_t more, std::uint32_t dropped,
                const char* noun) {
    if (more != 0) add(indent, "… " + format_plural(more, noun) + " more (--all)");
    if (dropped != 0) add(indent, "… " + format_plural(dropped, noun) + " dropped when recorded");
  }

  const DetailOptions options_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> detail_lines(std::string_view record, const DetailOptions& options) {
  otlp::v1::Span span;
  if (record.empty() || !parse(record, span)) return {};
  return DetailLines(options).render(span);
}

void add_details(std::string_view record, Json& to) {
  otlp::v1::Span span;
  if (record.empty() || !parse(record, span)) return;
  to["kind"] = kind_name(span.kind());
  to["attributes"] = pairs_json(span.attributes());
  to["events"] = Json::array();
  for (const auto& event : span.events())
    to["events"].push_back({{"name", event.name()},
                            {"time_unix_ns", event.time_unix_nano()},
                            {"attributes", pairs_json(event.attributes())}});
  to["links"] = Json::array();
  for (const auto& link : span.links())
    to["links"].push_back({{"trace_id", hex_of(link.trace_id())},
                           {"span_id", hex_of(link.span_id())},
                           {"attributes", pairs_json(link.attributes())}});
  if (const auto dropped = span.dropped_attributes_count(); dropped != 0)
    to["dropped_attributes_count"] = dropped;
  if (const auto dropped = span.dropped_events_count(); dropped != 0)
    to["dropped_events_count"] = dropped;
  if (const auto dropped = span.dropped_links_count(); dropped != 0)
    to["dropped_links_count"] = dropped;
}

}  // namespace nanospan::tools
