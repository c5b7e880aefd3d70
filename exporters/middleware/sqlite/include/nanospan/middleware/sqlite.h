// SQLite's statements as client spans, by OpenTelemetry's conventions for databases.
//
//   sqlite3_bind_int(statement, 1, id);
//   nanospan::StatementSpan span(statement);
//   while (span.step() == SQLITE_ROW) titles.push_back(text_of(statement));
//
// Why around step() and not sqlite3_trace_v2(): its callbacks see a statement begin and end, but
// not its error, and the end comes with a reset that may be anywhere, also behind the begin of
// another statement: such a span could not be current. A scope ends in its order, sees each code,
// and costs a scoped span, a reading of the text and no memory. What stands in the scope is below
// the span: statements made per row, functions of the application that SQLite calls. Threads: as
// the statement. Errors: none of ours; the codes are SQLite's. Source: OpenTelemetry
// semantic-conventions docs/db/database-spans.md, docs/db/sql.md.
#pragma once

#include <sqlite3.h>

#include <cstdint>

#include "nanospan/detail/compiler.h"
#include "nanospan/span.h"

namespace nanospan {

// From here to the end of the scope: one execution of a prepared statement, whose owner stays who
// it was: nothing is bound, reset or finalised. The name is the statement's summary ("SELECT
// task"). db.query.text is the text as it was prepared, never with the values bound to it; a text
// without parameters has "?" in place of its literals. What is in double quotes is one too, unless
// its place makes it a name (that of a table, beside a '.') or the connection is told that it is
// one: SQLITE_DBCONFIG_DQS_DML off, which keeps names of columns readable.
class [[nodiscard]] StatementSpan {
 public:
  NANOSPAN_EXPORT explicit StatementSpan(sqlite3_stmt* statement);
  NANOSPAN_EXPORT ~StatementSpan();
  StatementSpan(const StatementSpan&) = delete;
  StatementSpan& operator=(const StatementSpan&) = delete;

  // sqlite3_step() and its result. Anything but SQLITE_ROW and SQLITE_DONE, if it is the last one,
  // makes the span an error.
  NANOSPAN_EXPORT int step() noexcept;
  // For attributes of your own.
  [[nodiscard]] ScopedSpan& span() noexcept { return span_; }

 private:
  sqlite3_stmt* statement_;
  ScopedSpan span_;
  std::int64_t rows_ = 0;
  int error_ = SQLITE_OK;  // the extended code of the last step
  bool returns_rows_;
};

}  // namespace nanospan
