#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace nanospan::base {
namespace {

bool is_continuation(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// Bytes of leading ASCII; eight at a time, since nearly all text is nothing else.
std::size_t ascii_prefix(std::string_view text) noexcept {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof(word));
    if ((word & 0x8080808080808080u) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

struct Lead {
  std::size_t bytes = 0;  // of the whole character; 0: no character begins so
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};

// Source: RFC 3629 section 4; the second byte's range excludes overlong forms and surrogates.
Lead classify(unsigned char first) noexcept {
  if (first < 0x80) return {1};
  if (first < 0xC2) return {};
  if (first < 0xE0) return {2};
  if (first == 0xE0) return {3, 0xA0};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first < 0xF0) return {3};
  if (first == 0xF0) return {4, 0x90};
  if (first < 0xF4) return {4};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {};
}

// Bytes of the valid character at the start of `text`, 0: there is none.
std::size_t character_bytes(std::string_view text) noexcept {
  const Lead lead = classify(static_cast<unsigned char>(text[0]));
  if (lead.bytes <= 1) return lead.bytes;
  if (text.size() < lead.bytes) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  if (second < lead.second_min || second > lead.second_max) return 0;
  for (std::size_t i = 2; i < lead.bytes; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  return lead.bytes;
}

// Length of the longest valid prefix.
std::size_t valid_prefix(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    at += ascii_prefix(text.substr(at));
    if (at == text.size()) break;
    const std::size_t bytes = character_bytes(text.substr(at));
    if (bytes == 0) break;
    at += bytes;
  }
  return at;
}

}  // namespace

bool is_valid_utf8(std::string_view text) noexcept {
  return valid_utf8_prefix(text) == text.size();
}

std::string_view truncate_utf8(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max) return text;
  std::size_t cut = bytes_max;
  // A character has at most three continuation bytes: more of them is not UTF-8.
  for (int steps = 0; steps < 3 && cut > 0 && is_continuation(text[cut]); ++steps) --cut;
  if (is_continuation(text[cut])) cut = bytes_max;
  return text.substr(0, cut);
}

std::string_view truncate_utf8_characters(std::string_view text,
                                          std::size_t characters_max) noexcept {
  if (text.size() <= characters_max) return text;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_continuation(text[at])) continue;
    if (characters == characters_max) return text.substr(0, at);
    ++characters;
  }
  return text;
}

void append_valid_utf8(std::string_view untrusted_text, std::string& out) {
  for (;;) {
    const std::size_t valid = valid_utf8_prefix(untrusted_text);
    out.append(untrusted_text.substr(0, valid));
    if (valid == untrusted_text.size()) return;
    out.append("\xEF\xBF\xBD");
    untrusted_text.remove_prefix(valid + 1);
  }
}

}  // namespace nanospan::base

std::size_t nanospan::detail::valid_utf8_prefix(std::string_view text) noexcept {
  return nanospan::base::valid_prefix(text);
}
