// What a span says of a statement's text.
//
// Threads: functions of their arguments. Memory: that of their arguments.
// Source: OpenTelemetry semantic-conventions docs/db/database-spans.md "Generating query summary",
// "Sanitization of db.query.text".
#pragma once

#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

namespace nanospan::sqlite {

// Operations and what they are done to, in their order, as they are spelt: "SELECT task owner",
// "INSERT log SELECT task". At most 255 bytes, whole words. No names of columns, no values; '?' for
// each control character of a name in quotes.
class Summary {
 public:
  explicit Summary(std::string_view sql) noexcept;

  [[nodiscard]] std::string_view text() const noexcept { return {text_, bytes_}; }
  // What the statement does first of all: "SELECT", "PRAGMA". Empty: there is none.
  [[nodiscard]] std::string_view operation() const noexcept { return operation_; }
  // SELECT, INSERT, UPDATE, DELETE, REPLACE, also behind a WITH: what is in double quotes is a name
  // wherever SQLITE_DBCONFIG_DQS_DML is off.
  [[nodiscard]] bool is_dml() const noexcept { return is_dml_; }

 private:
  static constexpr std::size_t kBytesMax = 255;

  void add(std::string_view word) noexcept;
  void append(std::string_view name) noexcept;

  char text_[kBytesMax];
  std::size_t bytes_ = 0;
  bool is_full_ = false;
  bool is_dml_ = false;
  std::string_view operation_;  // of the SQL
};

// What SQLite may do with a text in double quotes that names nothing it knows.
enum class DoubleQuotes : std::uint8_t {
  kNames,           // refuse the statement
  kNamesOrStrings,  // take it for a string
};

// `sql` itself where it has no literal and no comment; else a text in `space`, with "?" for each
// literal. With kNamesOrStrings a text in double quotes is a literal unless its place makes it a
// name: that of a table, beside a '.', before a '(', behind AS. That hides names of columns too,
// which a reader misses less than a secret's owner the secret.
[[nodiscard]] std::string_view without_literals(std::string_view sql, DoubleQuotes quotes,
                                                std::pmr::string& space);

}  // namespace nanospan::sqlite
