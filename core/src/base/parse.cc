#include "base/parse.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "base/hex.h"

namespace nanospan::base {
namespace {

template <typename Number>
std::optional<Number> parse_whole(std::string_view text) noexcept {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

char lower(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}

}  // namespace

std::optional<std::uint64_t> parse_unsigned(std::string_view text) noexcept {
  return parse_whole<std::uint64_t>(text);
}

std::optional<double> parse_double(std::string_view text) noexcept {
  const auto number = parse_whole<double>(text);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return number;
}

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char left, char right) { return lower(left) == lower(right); });
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    const std::string_view digits = text.substr(at + 1, 2);
    const auto byte = decode_hex(digits, HexCase::kEither);
    if (digits.size() != 2 || !byte) return std::nullopt;
    out.push_back(static_cast<char>(*byte));
    at += 2;
  }
  return out;
}

}  // namespace nanospan::base
