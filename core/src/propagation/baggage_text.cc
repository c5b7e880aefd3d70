#include "propagation/baggage_text.h"

#include <algorithm>

#include "base/parse.h"
#include "base/utf8.h"

namespace nanospan::propagation {
namespace {

bool is_token_character(char c) noexcept {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kMarks.find(c) != std::string_view::npos;
}

// Printable ASCII without blank, '"', ',', ';' and '\'.
bool is_baggage_octet(char c) noexcept {
  return c > ' ' && c <= '~' && c != '"' && c != ',' && c != ';' && c != '\\';
}

}  // namespace

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

bool is_encoded_value(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), is_baggage_octet);
}

std::optional<std::string> decode_value(std::string_view untrusted) {
  if (!is_encoded_value(untrusted)) return std::nullopt;
  const auto bytes = base::percent_decode(untrusted);
  if (!bytes) return std::nullopt;
  std::string value;
  base::append_valid_utf8(*bytes, value);
  return value;
}

void append_encoded(std::string_view value, std::string& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : value) {
    if (is_baggage_octet(c) && c != '%') {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

std::optional<PropertyText> parse_property(std::string_view untrusted) noexcept {
  const std::size_t equals = untrusted.find('=');
  PropertyText property;
  property.key = base::trim(untrusted.substr(0, equals));
  if (!is_token(property.key)) return std::nullopt;
  if (equals == std::string_view::npos) return property;
  property.value = base::trim(untrusted.substr(equals + 1));
  if (!is_encoded_value(*property.value)) return std::nullopt;
  return property;
}

}  // namespace nanospan::propagation
