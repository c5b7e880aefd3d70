#include "nanospan/baggage.h"

#include <algorithm>

#include "base/parse.h"
#include "base/utf8.h"
#include "propagation/baggage_text.h"

namespace nanospan {
namespace {

using propagation::PropertyText;

constexpr ContextKey<Baggage> kKey("baggage");

template <typename F>
void for_each_property(std::string_view untrusted_metadata, F&& visit) {
  base::split(untrusted_metadata, ';', [&](std::string_view untrusted) {
    if (const auto property = propagation::parse_property(untrusted)) visit(*property);
  });
}

// Those properties that are valid, as they are written.
void append_metadata(std::string_view untrusted_metadata, std::string& out) {
  for_each_property(untrusted_metadata, [&](const PropertyText& property) {
    if (!out.empty()) out += ';';
    out += property.key;
    if (property.value) out.append(1, '=').append(*property.value);
  });
}

// key '=' value *(';' property); nothing: it is no such member.
std::optional<BaggageEntry> parse_member(std::string_view untrusted) {
  const std::size_t semicolon = untrusted.find(';');
  const std::string_view pair = untrusted.substr(0, semicolon);
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view name = base::trim(pair.substr(0, equals));
  auto value = propagation::decode_value(base::trim(pair.substr(equals + 1)));
  if (!propagation::is_token(name) || !value) return std::nullopt;
  BaggageEntry entry{std::string(name), std::move(*value), {}};
  if (semicolon != std::string_view::npos)
    append_metadata(untrusted.substr(semicolon + 1), entry.metadata);
  return entry;
}

std::string member_text(const BaggageEntry& entry) {
  std::string text = entry.name + '=';
  propagation::append_encoded(entry.value, text);
  std::string metadata;
  append_metadata(entry.metadata, metadata);
  if (!metadata.empty()) text.append(1, ';').append(metadata);
  return text;
}

// In the place of the one with its name.
void put(std::vector<BaggageEntry>& entries, BaggageEntry entry) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const BaggageEntry& each) {
    return each.name == entry.name;
  });
  if (found == entries.end())
    entries.push_back(std::move(entry));
  else
    *found = std::move(entry);
}

}  // namespace

Baggage Baggage::parse(std::string_view untrusted_header) {
  if (untrusted_header.size() > kHeaderBytesMax) {
    const std::size_t end = untrusted_header.rfind(',', kHeaderBytesMax);
    untrusted_header = untrusted_header.substr(0, end == std::string_view::npos ? 0 : end);
  }
  Baggage baggage;
  std::size_t members = 0;
  base::split(untrusted_header, ',', [&](std::string_view untrusted) {
    if (base::trim(untrusted).empty() || ++members > kMembersMax) return;
    if (auto entry = parse_member(untrusted)) put(baggage.entries_, std::move(*entry));
  });
  return baggage;
}

std::string Baggage::header() const {
  std::string header;
  std::size_t members = 0;
  for (const BaggageEntry& entry : entries_) {
    if (!propagation::is_token(entry.name)) continue;
    const std::string text = member_text(entry);
    const std::size_t comma = header.empty() ? 0 : 1;
    if (++members > kMembersMax || header.size() + comma + text.size() > kHeaderBytesMax) break;
    header.append(comma, ',').append(text);
  }
  return header;
}

std::optional<std::string_view> Baggage::get(std::string_view name) const noexcept {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [name](const BaggageEntry& entry) { return entry.name == name; });
  if (found == entries_.end()) return std::nullopt;
  return found->value;
}

Baggage Baggage::set(std::string_view name, std::string_view value,
                     std::string_view metadata) const {
  Baggage changed = *this;
  if (name.empty()) return changed;
  BaggageEntry entry{std::string(name), {}, std::string(metadata)};
  base::append_valid_utf8(value, entry.value);
  put(changed.entries_, std::move(entry));
  return changed;
}

Baggage Baggage::remove(std::string_view name) const {
  Baggage changed = *this;
  std::erase_if(changed.entries_, [name](const BaggageEntry& entry) { return entry.name == name; });
  return changed;
}

std::vector<BaggageProperty> baggage_properties(const BaggageEntry& entry) {
  std::vector<BaggageProperty> properties;
  for_each_property(entry.metadata, [&](const PropertyText& text) {
    BaggageProperty property{std::string(text.key), std::nullopt};
    if (text.value) {
      property.value = propagation::decode_value(*text.value);
      if (!property.value) return;
    }
    properties.push_back(std::move(property));
  });
  return properties;
}

Baggage baggage_of(const Context& context) {
  const Baggage* const baggage = context.get(kKey);
  return baggage == nullptr ? Baggage() : *baggage;
}

Context with_baggage(const Context& context, Baggage baggage) {
  return baggage.empty() ? context.without(kKey) : context.with(kKey, std::move(baggage));
}

Baggage current_baggage() {
  const detail::ContextValues values(detail::tls_context_values);
  const auto* const baggage = static_cast<const Baggage*>(values.find(&kKey));
  return baggage == nullptr ? Baggage() : *baggage;
}

BaggageScope::BaggageScope(Baggage baggage) : outer_(detail::tls_context_values) {
  const bool is_empty = baggage.empty();
  values_ = detail::ContextValues(outer_).with(
      &kKey, is_empty ? nullptr : std::make_shared<const Baggage>(std::move(baggage)));
  detail::tls_context_values = values_.list();
}

BaggageScope::~BaggageScope() {
  detail::tls_context_values = outer_;
}

}  // namespace nanospan
