#include "crash/numbered_facts.h"

#include <string_view>

#include "crash/numbered_span.h"
#include "support/log_lines.h"

namespace nanospan::test {
namespace {

void take(NumberedFacts& facts, std::string_view key, std::optional<std::int64_t> number,
          std::string_view text) {
  if (key == "number" && number)
    facts.number = number;
  else if (key == "writer" && number)
    facts.writer = number;
  else if (key == "text" && !number)
    facts.text = text;
  else
    facts.has_more = true;
}

// The length that stands in front of a batch; nullopt: cut.
std::optional<std::size_t> take_length(std::string_view& bytes) {
  std::size_t length = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    length |= std::size_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return length;
  }
  return std::nullopt;
}

}  // namespace

std::int64_t NumberedFacts::ordinal() const {
  return is_child() ? ordinal_of_child(*number) : ordinal_of(*number);
}

std::string NumberedFacts::check_open() const {
  const std::string who = name + " " + (number ? std::to_string(*number) : "without a number");
  if (has_more) return who + " has what nobody gave it";
  if (name != "scoped" && name != "detached" && name != "child") return "nobody made a " + name;
  if (!number) return writer || text || !events.empty() ? who + " has all but its number" : "";
  if (is_child() ? !has_child(*number) : (name == "detached") != is_detached(*number))
    return who + " is of the wrong kind";
  if (!writer) return text || !events.empty() ? who + " has all but its writer" : "";
  const auto length = static_cast<std::size_t>(is_child() ? 0 : text_length(*writer, *number));
  if (text && *text != std::string(length, text_letter(*writer, *number)))
    return who + " has a wrong text";
  if (!events.empty() && (is_child() || !has_event(*number) || events.size() != 1 ||
                          events[0] != *number || text.has_value() != (length != 0)))
    return who + " has a wrong event";
  return "";
}

std::string NumberedFacts::check_finished() const {
  if (std::string wrong = check_open(); !wrong.empty()) return wrong;
  if (!number || !writer || *writer < 0 || *writer >= kWritersMax)
    return "a finished span says not who it is";
  const bool is_whole = is_child() || (text.has_value() == (text_length(*writer, *number) != 0) &&
                                       events.size() == (has_event(*number) ? 1u : 0u));
  return is_whole ? "" : name + " " + std::to_string(*number) + " is not whole";
}

NumberedFacts facts_of(const SpanView& span) {
  NumberedFacts facts;
  facts.name = span.name();
  span.for_each_attribute([&](const AttributeView& attribute) {
    const bool is_number = attribute.value.type() == ValueType::kInt64;
    take(facts, attribute.key, is_number ? std::optional(attribute.value.as_int64()) : std::nullopt,
         is_number ? std::string_view() : attribute.value.as_string());
  });
  span.for_each_event([&](const EventView& event) {
    event.for_each_attribute(
        [&](const AttributeView& a) { facts.events.push_back(a.value.as_int64()); });
    facts.has_more |= event.name != "event";
  });
  return facts;
}

NumberedFacts facts_of(const otlp::v1::Span& span) {
  NumberedFacts facts;
  facts.name = span.name();
  for (const auto& attribute : span.attributes()) {
    // Of where it was recorded: the exporter's.
    if (attribute.key().starts_with("thread.") || attribute.key().starts_with("code.")) continue;
    const bool is_number = attribute.value().has_int_value();
    take(facts, attribute.key(),
         is_number ? std::optional<std::int64_t>(attribute.value().int_value()) : std::nullopt,
         attribute.value().string_value());
  }
  for (const auto& event : span.events())
    for (const auto& attribute : event.attributes())
      facts.events.push_back(attribute.value().int_value());
  return facts;
}

DeliveredFile read_delivered(const std::string& path) {
  DeliveredFile file;
  const std::string all = file_text(path);
  for (std::string_view bytes = all; !bytes.empty();) {
    const auto length = take_length(bytes);
    otlp::v1::TracesData traces;
    file.is_cut = !length || *length > bytes.size() ||
                  !traces.ParseFromArray(bytes.data(), static_cast<int>(*length));
    if (file.is_cut) return file;
    bytes.remove_prefix(*length);
    file.batches.emplace_back();
    for (const auto& resource : traces.resource_spans())
      for (const auto& scope : resource.scope_spans())
        for (const auto& span : scope.spans()) file.batches.back().push_back(facts_of(span));
  }
  return file;
}

}  // namespace nanospan::test
