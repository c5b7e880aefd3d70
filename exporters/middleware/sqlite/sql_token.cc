#include "middleware/sqlite/sql_token.h"

#include <algorithm>

namespace nanospan::sqlite {
namespace {

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_in_word(char c) {
  return is_letter(c) || is_digit(c) || c == '$';
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// Behind the quote that ends what begins at `from`; a doubled quote does not end it.
std::size_t end_of_quoted(std::string_view text, std::size_t from, char quote) {
  for (std::size_t at = from + 1; at < text.size(); ++at) {
    if (text[at] != quote) continue;
    if (quote == ']' || at + 1 == text.size() || text[at + 1] != quote) return at + 1;
    ++at;
  }
  return text.size();
}

std::size_t length_while(std::string_view text, std::size_t from, bool (*holds)(char)) {
  const auto begin = text.begin() + static_cast<std::ptrdiff_t>(from);
  return static_cast<std::size_t>(std::find_if_not(begin, text.end(), holds) - text.begin());
}

std::size_t behind(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark, 2);
  return at == std::string_view::npos ? text.size() : at + mark.size();
}

// Digits, a fraction, an exponent with its sign; a hexadecimal number has no exponent.
std::size_t length_of_number(std::string_view text) {
  const bool is_hexadecimal = text.size() > 1 && upper(text[1]) == 'X';
  std::size_t at = 1;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_sign = (c == '+' || c == '-') && upper(text[at - 1]) == 'E' && !is_hexadecimal;
    if (!is_in_word(c) && c != '.' && !is_sign) break;
  }
  return at;
}

}  // namespace

Token Tokens::take(TokenKind kind, std::size_t bytes) noexcept {
  const Token token{kind, left_.substr(0, bytes)};
  left_.remove_prefix(token.text.size());
  return token;
}

Token Tokens::next() noexcept {
  left_.remove_prefix(length_while(left_, 0, is_blank));
  if (left_.empty()) return {};
  const char c = left_[0], then = left_.size() > 1 ? left_[1] : '\0';
  if (c == '-' && then == '-') return take(TokenKind::kComment, behind(left_, "\n"));
  if (c == '/' && then == '*') return take(TokenKind::kComment, behind(left_, "*/"));
  if (c == '\'') return take(TokenKind::kLiteral, end_of_quoted(left_, 0, c));
  if (upper(c) == 'X' && then == '\'')
    return take(TokenKind::kLiteral, end_of_quoted(left_, 1, '\''));
  if (c == '"' || c == '`') return take(TokenKind::kWord, end_of_quoted(left_, 0, c));
  if (c == '[') return take(TokenKind::kWord, end_of_quoted(left_, 0, ']'));
  if (is_digit(c) || (c == '.' && is_digit(then)))
    return take(TokenKind::kLiteral, length_of_number(left_));
  if (is_letter(c)) return take(TokenKind::kWord, length_while(left_, 0, is_in_word));
  if (c == '?' || c == ':' || c == '@' || c == '$')
    return take(TokenKind::kOther, length_while(left_, 1, is_in_word));
  return take(TokenKind::kOther, 1);
}

bool is_keyword(std::string_view word, std::string_view keyword) noexcept {
  return std::equal(word.begin(), word.end(), keyword.begin(), keyword.end(),
                    [](char in_word, char in_keyword) { return upper(in_word) == in_keyword; });
}

}  // namespace nanospan::sqlite
