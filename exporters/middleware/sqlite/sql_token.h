// The tokens of a text in SQLite's SQL.
//
// Threads: a value of its own. Memory: views of the text. Errors: a literal or comment without an
// end goes to the end of the text.
// Source: sqlite.org/lang_expr.html, lang_comment.html, lang_keywords.html.
#pragma once

#include <cstdint>
#include <string_view>

namespace nanospan::sqlite {

enum class TokenKind : std::uint8_t {
  kEnd,
  kWord,     // a keyword or a name, in quotes or not
  kLiteral,  // a string, a blob, a number
  kComment,
  kOther,  // a parameter, an operator
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;
};

class Tokens {
 public:
  explicit Tokens(std::string_view sql) noexcept : left_(sql) {}
  // Blanks are passed over; comments are not.
  Token next() noexcept;

 private:
  Token take(TokenKind kind, std::size_t bytes) noexcept;

  std::string_view left_;
};

// `keyword` in upper case.
[[nodiscard]] bool is_keyword(std::string_view word, std::string_view keyword) noexcept;

}  // namespace nanospan::sqlite
