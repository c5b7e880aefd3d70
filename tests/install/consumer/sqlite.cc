// What a user of nanospan::sqlite writes first.
#include <nanospan/middleware/sqlite.h>
#include <nanospan/nanospan.h>

int main() {
  auto recorder = nanospan::Recorder::start({.service_name = "x"});
  if (!recorder) return 1;
  NANOSPAN_SCOPE(work, "work");
  sqlite3* db = nullptr;
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) return 1;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db, "SELECT 1", -1, &statement, nullptr) != SQLITE_OK) return 1;
  nanospan::StatementSpan span(statement);
  const int code = span.step();
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return code == SQLITE_ROW ? 0 : 1;
}
