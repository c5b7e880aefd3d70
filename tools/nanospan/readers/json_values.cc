#include "readers/json_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace nanospan::tools::readers {
namespace {

template <typename Number>
bool parse_whole(std::string_view text, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

template <typename Integer>
Integer integer_of(const Json& value, std::string_view field) {
  std::int64_t small = 0;
  std::uint64_t large = 0;
  double real = 0;
  std::string_view text;
  Integer result = 0;
  // simdjson takes a number for the first of int64, uint64 and double that holds it.
  if (value.is_int64() && value.get_int64().get(small) == simdjson::SUCCESS) {
    if (std::in_range<Integer>(small)) return static_cast<Integer>(small);
    refuse(field, small < 0 ? "is negative" : "is out of range");
  } else if (value.is_uint64() && value.get_uint64().get(large) == simdjson::SUCCESS) {
    if (std::in_range<Integer>(large)) return static_cast<Integer>(large);
    refuse(field, "is out of range");
  } else if (value.get_double().get(real) == simdjson::SUCCESS) {
    // 2^53: beyond it a number written as a float is not what its writer meant.
    if (real == std::floor(real) && std::abs(real) <= 9007199254740992.0 &&
        (std::is_signed_v<Integer> || real >= 0) &&
        real <= static_cast<double>(std::numeric_limits<Integer>::max()))
      return static_cast<Integer>(real);
  } else if (value.get_string().get(text) == simdjson::SUCCESS && parse_whole(text, result)) {
    return result;
  }
  refuse(field, "is not an integer");
}

int digit_of_hex(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int digit_of_base64(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

char to_upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool starts_with_in_any_case(std::string_view text, std::string_view upper) {
  return text.size() >= upper.size() && std::equal(upper.begin(), upper.end(), text.begin(),
                                                   [](char a, char b) { return a == to_upper(b); });
}

}  // namespace

FieldName::FieldName(std::string_view untrusted) : name_(untrusted) {
  if (untrusted.find('_') == std::string_view::npos || untrusted.size() > kCharactersMax) return;
  std::size_t size = 0;
  for (std::size_t at = 0; at < untrusted.size(); ++at) {
    const bool is_joint = untrusted[at] == '_' && at + 1 < untrusted.size();
    buffer_[size++] = is_joint ? to_upper(untrusted[++at]) : untrusted[at];
  }
  name_ = {buffer_, size};
}

std::string_view text_of(const Json& value, std::string_view field) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) refuse(field, "is not a string");
  return text;
}

std::int64_t int64_of(const Json& value, std::string_view field) {
  return integer_of<std::int64_t>(value, field);
}
std::uint64_t uint64_of(const Json& value, std::string_view field) {
  return integer_of<std::uint64_t>(value, field);
}
std::uint32_t uint32_of(const Json& value, std::string_view field) {
  return integer_of<std::uint32_t>(value, field);
}

double real_of(const Json& value, std::string_view field) {
  double real = 0;
  if (value.get_double().get(real) == simdjson::SUCCESS) return real;
  std::string_view text;
  if (value.get_string().get(text) == simdjson::SUCCESS) {
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
    if (parse_whole(text, real)) return real;
  }
  refuse(field, "is not a number");
}

bool bool_of(const Json& value, std::string_view field) {
  bool is_true = false;
  if (value.get_bool().get(is_true) == simdjson::SUCCESS) return is_true;
  std::string_view text;
  if (value.get_string().get(text) == simdjson::SUCCESS) {
    if (text == "true" || text == "True") return true;
    if (text == "false" || text == "False") return false;
  }
  refuse(field, "is not true or false");
}

void append_base64(std::string_view text, std::string_view field, std::string& out) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  unsigned held = 0, bits = 0;
  for (const char c : text) {
    const int digit = digit_of_base64(c);
    if (digit < 0) refuse(field, "is not base64");
    held = (held << 6 | static_cast<unsigned>(digit)) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(held >> bits & 0xff);
  }
}

// The length tells which: 16 bytes are 32 digits of hex, and 22 or 24 of base64.
Id::Id(const Json& value, std::string_view field, std::size_t bytes) {
  const std::string_view text = text_of(value, field);
  if (text.empty()) return;
  size_ = bytes;
  if (text.size() == 2 * bytes) {
    if (!set_from_hex(text)) refuse(field, "is not hex");
    return;
  }
  const std::size_t unpadded = (bytes * 8 + 5) / 6, padded = (bytes + 2) / 3 * 4;
  if (text.size() != unpadded && text.size() != padded)
    refuse(field, "has not the length of an id in hex or base64");
  std::string decoded;
  append_base64(text, field, decoded);
  if (decoded.size() != bytes) refuse(field, "has not the length of an id in hex or base64");
  std::copy(decoded.begin(), decoded.end(), bytes_);
}

Id Id::from_short_hex(std::string_view digits, std::string_view field, std::size_t bytes) {
  Id id;
  if (digits.empty()) return id;
  if (digits.size() > 2 * bytes) refuse(field, "is longer than an id");
  id.size_ = bytes;
  if (!id.set_from_hex(digits)) refuse(field, "is not hex");
  return id;
}

bool Id::set_from_hex(std::string_view digits) {
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int digit = digit_of_hex(digits[digits.size() - 1 - i]);
    if (digit < 0) return false;
    bytes_[size_ - 1 - i / 2] |= static_cast<char>(i % 2 == 0 ? digit : digit << 4);
  }
  return true;
}

std::int32_t enumeration_of(const Json& value, std::string_view field, std::string_view prefix,
                            std::initializer_list<std::string_view> names) {
  std::string_view name;
  std::int32_t number = 0;
  if (value.get_string().get(name) != simdjson::SUCCESS || parse_whole(name, number))
    return integer_of<std::int32_t>(value, field);
  if (starts_with_in_any_case(name, prefix)) name.remove_prefix(prefix.size());
  for (const std::string_view known : names) {
    if (name.size() == known.size() && starts_with_in_any_case(name, known)) return number;
    ++number;
  }
  refuse(field, "has a name that OTLP does not know");
}

}  // namespace nanospan::tools::readers
