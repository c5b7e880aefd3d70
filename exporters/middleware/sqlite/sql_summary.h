// What a span says of a statement's text.
//
// Threads: functions of their arguments. Memory: that of their arguments.
// Source: OpenTelemetry semantic-conventions docs/db/database-spans.md "Generating query summary",
// "Sanitization of db.query.text".
#pragma once

#include <memory_resource>
#include <string>
#include <string_view>

namespace nanospan::sqlite {

// Operations and what they are done to, in their order, as they are spelt: "SELECT task owner",
// "INSERT log SELECT task". At most 255 bytes, whole words. No names of columns, no values.
class Summary {
 public:
  explicit Summary(std::string_view sql) noexcept;

  [[nodiscard]] std::string_view text() const noexcept { return {text_, bytes_}; }
  // What the statement does first of all: "SELECT", "PRAGMA". Empty: there is none.
  [[nodiscard]] std::string_view operation() const noexcept { return operation_; }

 private:
  static constexpr std::size_t kBytesMax = 255;

  void add(std::string_view word) noexcept;

  char text_[kBytesMax];
  std::size_t bytes_ = 0;
  bool is_full_ = false;
  std::string_view operation_;  // of the SQL
};

// `sql` itself where it has no literal and no comment; else a text in `space`, with "?" for each
// literal.
[[nodiscard]] std::string_view without_literals(std::string_view sql, std::pmr::string& space);

}  // namespace nanospan::sqlite
