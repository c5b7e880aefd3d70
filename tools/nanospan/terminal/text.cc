#include "terminal/text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "base/hex.h"
#include "base/utf8.h"

namespace nanospan::tools {
namespace {

struct Range {
  char32_t first, last;
};

// Marks that take no column of their own.
constexpr std::array<Range, 12> kZeroWidth{{{0x0300, 0x036f},
                                            {0x0483, 0x0489},
                                            {0x0591, 0x05bd},
                                            {0x0610, 0x061a},
                                            {0x064b, 0x065f},
                                            {0x0e34, 0x0e3a},
                                            {0x0e47, 0x0e4e},
                                            {0x1ab0, 0x1aff},
                                            {0x1dc0, 0x1dff},
                                            {0x20d0, 0x20ff},
                                            {0xfe00, 0xfe0f},
                                            {0xfe20, 0xfe2f}}};
constexpr std::array<Range, 9> kWide{{{0x1100, 0x115f},
                                      {0x2e80, 0x303e},
                                      {0x3041, 0xa4cf},
                                      {0xac00, 0xd7a3},
                                      {0xf900, 0xfaff},
                                      {0xfe30, 0xfe6f},
                                      {0xff00, 0xff60},
                                      {0x1f300, 0x1faff},
                                      {0x20000, 0x3fffd}}};
// Invisible, or they change what stands around them.
constexpr std::array<Range, 8> kUnsafe{{{0x80, 0x9f},
                                        {0x061c, 0x061c},
                                        {0x200b, 0x200f},
                                        {0x2028, 0x202e},
                                        {0x2060, 0x206f},
                                        {0xfeff, 0xfeff},
                                        {0xfff9, 0xfffb},
                                        {0xe0000, 0xe0fff}}};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t character) noexcept {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return character >= range.first && character <= range.last;
  });
}

// The character at the start of valid UTF-8, and its bytes.
char32_t first_character(std::string_view text, std::size_t& bytes) noexcept {
  const auto lead = static_cast<unsigned char>(text[0]);
  bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  bytes = std::min(bytes, text.size());
  char32_t character = bytes == 1 ? lead : lead & (0xffu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i)
    character = (character << 6) | (static_cast<unsigned char>(text[i]) & 0x3fu);
  return character;
}

std::size_t columns_of(char32_t character) noexcept {
  if (character < 0x300) return 1;
  if (is_in(kZeroWidth, character)) return 0;
  return is_in(kWide, character) ? 2 : 1;
}

}  // namespace

std::string printable(std::string_view untrusted_text) {
  std::string valid;
  base::append_valid_utf8(untrusted_text, valid);
  std::string out;
  out.reserve(valid.size());
  for (std::string_view left = valid; !left.empty();) {
    std::size_t bytes = 1;
    const char32_t character = first_character(left, bytes);
    char code[16];
    if (character < 0x20 || character == 0x7f) {
      std::snprintf(code, sizeof(code), "\\x%02x", static_cast<unsigned>(character));
      out += code;
    } else if (is_in(kUnsafe, character)) {
      std::snprintf(code, sizeof(code), "\\u{%x}", static_cast<unsigned>(character));
      out += code;
    } else {
      out += left.substr(0, bytes);
    }
    left.remove_prefix(bytes);
  }
  return out;
}

std::size_t display_width(std::string_view text) noexcept {
  std::size_t width = 0;
  while (!text.empty()) {
    std::size_t bytes = 1;
    width += columns_of(first_character(text, bytes));
    text.remove_prefix(bytes);
  }
  return width;
}

std::string fit(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t width = 0, end = 0;
  while (end < text.size()) {
    std::size_t bytes = 1;
    width += columns_of(first_character(text.substr(end), bytes));
    if (width > columns - 1) break;
    end += bytes;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    // A word, and the blanks before it.
    const std::size_t word = text.find_first_not_of(' ');
    const std::size_t end = std::min(text.find(' ', std::min(word, text.size())), text.size());
    std::string_view more = text.substr(0, end);
    text.remove_prefix(end);
    if (!line.empty() && display_width(line) + display_width(more) > columns) {
      lines.push_back(fit(line, columns));
      line.clear();
      more.remove_prefix(std::min(word, more.size()));
    }
    line += more;
  }
  if (!line.empty()) lines.push_back(fit(line, columns));
  return lines;
}

std::string pad_right(std::string text, std::size_t columns) {
  const std::size_t width = display_width(text);
  if (width < columns) text.append(columns - width, ' ');
  return text;
}

std::string pad_left(std::string_view text, std::size_t columns) {
  const std::size_t width = display_width(text);
  return std::string(width < columns ? columns - width : 0, ' ') + std::string(text);
}

TimeUnit time_unit_for(std::uint64_t ns) noexcept {
  constexpr TimeUnit kUnits[] = {{1, "ns", 0}, {1e3, "µs", 0}, {1e6, "ms", 0}, {1e9, "s", 0}};
  TimeUnit unit = kUnits[0];
  for (const TimeUnit& next : kUnits) {
    if (static_cast<double>(ns) >= 10 * next.ns) unit = next;
  }
  const double value = static_cast<double>(ns) / unit.ns;
  if (unit.ns > 1) unit.decimals = value < 99.95 ? 1 : 0;
  return unit;
}

std::string format_time(double ns, const TimeUnit& unit) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f %s", unit.decimals, ns / unit.ns, unit.name);
  return text;
}

std::string format_duration(std::uint64_t ns) {
  return format_time(static_cast<double>(ns), time_unit_for(ns));
}

std::string format_unix(std::int64_t unix_ns) {
  const std::int64_t milliseconds = unix_ns / 1'000'000;
  const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char day[48], text[64];
  std::strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &parts);
  std::snprintf(text, sizeof(text), "%s.%03d UTC", day, static_cast<int>(milliseconds % 1000));
  return text;
}

std::string format_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string format_bytes(std::uint64_t bytes) {
  if (bytes >= (10u << 20)) return format_count(bytes >> 20) + " MiB";
  if (bytes >= 1024) return format_count(bytes >> 10) + " KiB";
  return format_count(bytes) + " B";
}

std::string format_plural(std::uint64_t count, std::string_view noun) {
  const char* const ending = noun.ends_with('s') ? "es" : "s";
  return format_count(count) + " " + std::string(noun) + (count == 1 ? "" : ending);
}

std::string hex_of(std::string_view bytes) {
  std::string out(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    base::encode_hex_byte(static_cast<std::uint8_t>(bytes[i]), out.data() + 2 * i);
  return out;
}

}  // namespace nanospan::tools
