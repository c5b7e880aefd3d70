// The characters of a baggage header, and its percent-encoding.
//
// Threads: pure functions. Source: W3C Baggage section 3.2.1; RFC 7230 section 3.2.6.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nanospan::propagation {

// A key: one character of RFC 7230's token, or more.
[[nodiscard]] bool is_token(std::string_view text) noexcept;
// A value as it is written: any number of baggage-octets.
[[nodiscard]] bool is_encoded_value(std::string_view text) noexcept;
// Nothing: it is no encoded value, or a '%' has no two digits. U+FFFD for what is no UTF-8.
[[nodiscard]] std::optional<std::string> decode_value(std::string_view untrusted);
void append_encoded(std::string_view value, std::string& out);

struct PropertyText {
  std::string_view key;
  std::optional<std::string_view> value;  // encoded
};
// "key", "key=value", with blanks around each; nothing: neither.
[[nodiscard]] std::optional<PropertyText> parse_property(std::string_view untrusted) noexcept;

}  // namespace nanospan::propagation
