#include "middleware/sqlite/sql_summary.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "middleware/sqlite/sql_token.h"

namespace nanospan::sqlite {
namespace {

template <std::size_t kCount>
bool is_one_of(std::string_view word, const std::array<std::string_view, kCount>& keywords) {
  return std::any_of(keywords.begin(), keywords.end(),
                     [word](std::string_view keyword) { return is_keyword(word, keyword); });
}

// A table's name follows them.
constexpr std::array<std::string_view, 3> kBeforeTable = {"FROM", "JOIN", "INTO"};
// What is made, changed or dropped, by its name.
constexpr std::array<std::string_view, 4> kThings = {"TABLE", "INDEX", "VIEW", "TRIGGER"};
// Behind an operation, or what it is done to, and no name.
constexpr std::array<std::string_view, 15> kBetween = {
    "OR",     "ROLLBACK", "ABORT",     "REPLACE", "FAIL",    "IGNORE",   "IF", "NOT",
    "EXISTS", "TEMP",     "TEMPORARY", "UNIQUE",  "VIRTUAL", "DISTINCT", "ALL"};
// The list of tables ends before them.
constexpr std::array<std::string_view, 11> kBehindTables = {
    "WHERE", "GROUP", "ORDER",  "HAVING",    "LIMIT", "ON",
    "USING", "SET",   "WINDOW", "RETURNING", "VALUES"};
constexpr std::array<std::string_view, 2> kAtOnce = {"UPDATE", "PRAGMA"};
constexpr std::array<std::string_view, 3> kOfThings = {"CREATE", "DROP", "ALTER"};
// Operations on rows: those that may follow a WITH, and the other one.
constexpr std::array<std::string_view, 4> kChanges = {"INSERT", "UPDATE", "DELETE", "REPLACE"};
bool is_on_rows(std::string_view word) {
  return is_keyword(word, "SELECT") || is_one_of(word, kChanges);
}

// Follows the tokens and finds the words of a summary.
class Finder {
 public:
  enum class Found : std::uint8_t { kNothing, kOperation, kThing, kTarget };

  Found look_at(const Token& token) noexcept {
    if (token.kind != TokenKind::kWord) return pass(token);
    const std::string_view word = token.text;
    const bool follows_distinct = is_keyword(previous_, "DISTINCT");
    previous_ = word;
    if (is_keyword(word, "SELECT")) return begin(word);
    if (!has_operation_ && depth_ == 0) {
      if (!is_in_with_) is_in_with_ = is_keyword(word, "WITH");
      if (!is_in_with_ || is_one_of(word, kChanges)) return begin(word);
      return Found::kNothing;
    }
    if (is_of_things_ && is_one_of(word, kThings)) {
      is_of_things_ = false;
      wants_target_ = true;
      return Found::kThing;
    }
    if (is_one_of(word, kBeforeTable)) {
      // IS DISTINCT FROM compares, and VACUUM INTO makes a file.
      wants_target_ = !follows_distinct && !is_of_files_;
      set_in_tables(wants_target_ && !is_keyword(word, "INTO"));
      return Found::kNothing;
    }
    if (is_one_of(word, kBehindTables)) {
      set_in_tables(false);
      wants_target_ = false;
    }
    if (!wants_target_ || is_one_of(word, kBetween)) return Found::kNothing;
    wants_target_ = false;
    return Found::kTarget;
  }

 private:
  Found begin(std::string_view word) noexcept {
    if (depth_ == 0) has_operation_ = true;
    wants_target_ = is_one_of(word, kAtOnce);
    is_of_things_ = is_one_of(word, kOfThings);
    is_of_files_ = is_keyword(word, "VACUUM");
    set_in_tables(false);
    return Found::kOperation;
  }
  Found pass(const Token& token) noexcept {
    const char c = token.text.empty() ? '\0' : token.text[0];
    if (c == '(') {
      ++depth_;
      set_in_tables(false);  // an earlier bracket may have had tables
      wants_target_ = false;
    } else if (c == ')') {
      --depth_;
    } else if (c == '=') {
      wants_target_ = false;  // PRAGMA 'a' = b, in which a string is the name
    } else if (c == ',' && (in_tables_ & bit_of_depth()) != 0) {
      wants_target_ = true;
    }
    return Found::kNothing;
  }
  // Deeper brackets than SQLite's parser takes share a bit.
  [[nodiscard]] std::uint64_t bit_of_depth() const noexcept {
    return std::uint64_t{1} << (static_cast<unsigned>(depth_) & 63u);
  }
  void set_in_tables(bool is_in) noexcept {
    in_tables_ = is_in ? in_tables_ | bit_of_depth() : in_tables_ & ~bit_of_depth();
  }

  std::string_view previous_;
  int depth_ = 0;                // of brackets
  std::uint64_t in_tables_ = 0;  // by depth: a comma is followed by a table
  bool has_operation_ = false;   // of the statement itself
  bool is_in_with_ = false;
  bool wants_target_ = false, is_of_things_ = false, is_of_files_ = false;
};

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

// As what follows a token shows.
bool is_before(Tokens rest, std::string_view mark) {
  Token token = rest.next();
  while (token.kind == TokenKind::kComment) token = rest.next();
  return token.text == mark;
}

}  // namespace

// A name of the user's making, into a text that terminals show.
void Summary::append(std::string_view name) noexcept {
  for (std::size_t at = 0; at < name.size(); ++at) {
    const bool is_c1 = name[at] == '\xc2' && at + 1 < name.size() &&
                       (static_cast<unsigned char>(name[at + 1]) & 0xe0) == 0x80;
    if (is_c1) ++at;  // U+0080 to U+009F
    text_[bytes_++] = is_c1 || is_control(name[at]) ? '?' : name[at];
  }
}

void Summary::add(std::string_view word) noexcept {
  const std::size_t blank = bytes_ == 0 ? 0 : 1;
  is_full_ = is_full_ || bytes_ + blank + word.size() > kBytesMax;
  if (is_full_) return;
  if (blank != 0) text_[bytes_++] = ' ';
  append(word);
}

Summary::Summary(std::string_view sql) noexcept {
  Tokens tokens(sql);
  Finder finder;
  bool ends_in_target = false;  // then a '.' and a word go on with it
  for (Token token = tokens.next(); token.kind != TokenKind::kEnd; token = tokens.next()) {
    if (token.kind == TokenKind::kComment) continue;
    if (ends_in_target && token.text == "." && !is_full_ && bytes_ < kBytesMax) {
      Token part = tokens.next();
      while (part.kind == TokenKind::kComment) part = tokens.next();
      const std::string_view name = part.kind == TokenKind::kWord ? part.text : std::string_view();
      is_full_ = bytes_ + 1 + name.size() > kBytesMax;
      if (is_full_) return;
      text_[bytes_++] = '.';
      append(name);
      continue;
    }
    const Finder::Found found = finder.look_at(token);
    ends_in_target = found == Finder::Found::kTarget;
    if (found == Finder::Found::kNothing) continue;
    if (found == Finder::Found::kOperation && operation_.empty()) {
      operation_ = token.text;
      is_dml_ = is_on_rows(operation_);
    }
    add(token.text);
  }
}

std::string_view without_literals(std::string_view sql, DoubleQuotes quotes,
                                  std::pmr::string& space) {
  std::size_t taken = 0;
  Tokens tokens(sql);
  Finder finder;
  std::string_view previous;
  space.clear();
  for (Token token = tokens.next(); token.kind != TokenKind::kEnd; token = tokens.next()) {
    bool is_hidden = token.kind == TokenKind::kLiteral || token.kind == TokenKind::kComment;
    if (quotes == DoubleQuotes::kNamesOrStrings && token.kind != TokenKind::kComment) {
      const bool is_table = finder.look_at(token) == Finder::Found::kTarget;
      const bool is_string = token.text[0] == '"' && !is_table && previous != "." &&
                             !is_keyword(previous, "AS") && !is_before(tokens, ".") &&
                             !is_before(tokens, "(");
      if (is_string) token.kind = TokenKind::kLiteral;
      is_hidden = is_hidden || is_string;
      previous = token.text;
    }
    if (!is_hidden) continue;
    const auto at = static_cast<std::size_t>(token.text.data() - sql.data());
    space.append(sql.substr(taken, at - taken));
    space.append(token.kind == TokenKind::kLiteral ? "?" : " ");
    taken = at + token.text.size();
  }
  if (taken == 0) return sql;
  space.append(sql.substr(taken));
  return space;
}

}  // namespace nanospan::sqlite
