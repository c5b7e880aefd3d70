// A statement's span.
#include <gtest/gtest.h>

#include <string>

#include "middleware/attributes.h"
#include "nanospan/middleware/sqlite.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::value_of;

class Sqlite : public testing::Test {
 protected:
  Sqlite() {
    EXPECT_EQ(sqlite3_open(":memory:", &db_), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db_,
                           "CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT);"
                           "INSERT INTO task VALUES (1, 'water'), (2, 'weed'), (3, 'sow')",
                           nullptr, nullptr, nullptr),
              SQLITE_OK);
  }
  ~Sqlite() override {
    sqlite3_finalize(statement_);
    sqlite3_close(db_);
  }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_finalize(std::exchange(statement_, nullptr));
    EXPECT_EQ(sqlite3_prepare_v2(db_, sql, -1, &statement_, nullptr), SQLITE_OK);
    return statement_;
  }

  test::Recording recording_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

TEST_F(Sqlite, AStatementIsAClientSpan) {
  sqlite3_stmt* const statement = prepare("SELECT title FROM task WHERE id > ?");
  sqlite3_bind_int(statement, 1, 1);
  {
    StatementSpan span(statement);
    while (span.step() == SQLITE_ROW) {
    }
  }
  const SpanData span = recording_.span("SELECT task");
  EXPECT_EQ(span.kind, SpanKind::kClient);
  EXPECT_EQ(span.status_code, StatusCode::kUnset);
  EXPECT_EQ(test::shown(span.attributes),
            R"(db.system.name="sqlite" db.query.summary="SELECT task" db.operation.name="SELECT")"
            R"( db.query.text="SELECT title FROM task WHERE id > ?" db.response.returned_rows=2)");
}

}  // namespace
}  // namespace nanospan
