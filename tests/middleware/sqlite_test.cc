// A statement's span: its name, its attributes, its outcome, what it makes current.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "middleware/attributes.h"
#include "nanospan/middleware/sqlite.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::value_of;

class Statement {
 public:
  Statement(sqlite3* db, const char* sql) {
    EXPECT_EQ(sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr), SQLITE_OK) << sql;
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  operator sqlite3_stmt*() const { return statement_; }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

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
  ~Sqlite() override { sqlite3_close(db_); }
  // The code of its last step.
  static int run(sqlite3_stmt* statement) {
    StatementSpan span(statement);
    int code;
    while ((code = span.step()) == SQLITE_ROW) {
    }
    return code;
  }

  test::Recording recording_;
  sqlite3* db_ = nullptr;
};

TEST_F(Sqlite, AStatementIsAClientSpan) {
  const Statement statement(db_, "SELECT title FROM task WHERE id > ?");
  sqlite3_bind_int(statement, 1, 1);
  EXPECT_EQ(run(statement), SQLITE_DONE);
  const SpanData span = recording_.span("SELECT task");
  EXPECT_EQ(span.kind, SpanKind::kClient);
  EXPECT_EQ(span.status_code, StatusCode::kUnset);
  EXPECT_EQ(span.callsite.scope_name, "nanospan.sqlite");
  EXPECT_EQ(test::shown(span.attributes),
            R"(db.system.name="sqlite" db.query.summary="SELECT task" db.operation.name="SELECT")"
            R"( db.query.text="SELECT title FROM task WHERE id > ?" db.response.returned_rows=2)");
}

TEST_F(Sqlite, ValuesAreNeverInTheText) {
  const Statement bound(db_, "INSERT INTO task VALUES (?, :title)");
  sqlite3_bind_int(bound, 1, 4711);
  sqlite3_bind_text(bound, 2, "secret", -1, SQLITE_STATIC);
  EXPECT_EQ(run(bound), SQLITE_DONE);
  const Statement literal(db_, "UPDATE task SET title = 'it''s secret' WHERE id = 0x1267 -- 4711");
  EXPECT_EQ(run(literal), SQLITE_DONE);
  const SpanData insert = recording_.span("INSERT task"), update = recording_.span("UPDATE task");
  EXPECT_EQ(value_of(insert, "db.query.text"), "INSERT INTO task VALUES (?, :title)");
  EXPECT_EQ(value_of(update, "db.query.text"), "UPDATE task SET title = ? WHERE id = ?  ");
  for (const SpanData& span : {insert, update})
    EXPECT_EQ(value_of(span, "db.response.returned_rows"), "none");
}

// What SQLite took for a string, and what it took for a name.
TEST_F(Sqlite, AStringInDoubleQuotesIsALiteral) {
  int is_on = 0;
  ASSERT_EQ(sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DML, 1, &is_on), SQLITE_OK);
  const Statement string(db_, "UPDATE \"task\" SET title = \"secret\" WHERE \"task\".\"id\" = 1");
  EXPECT_EQ(run(string), SQLITE_DONE);
  const Statement found(db_, "SELECT id FROM task WHERE title = 'secret'");
  EXPECT_EQ(sqlite3_step(found), SQLITE_ROW);
  EXPECT_EQ(value_of(recording_.span("UPDATE \"task\""), "db.query.text"),
            "UPDATE \"task\" SET title = ? WHERE \"task\".\"id\" = ?");
}

TEST_F(Sqlite, WhereDoubleQuotesAreNamesTheyStay) {
  int is_on = 1;
  ASSERT_EQ(sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DML, 0, &is_on), SQLITE_OK);
  ASSERT_EQ(is_on, 0);
  const Statement names(db_, "SELECT \"title\" FROM task WHERE \"id\" = 1");
  EXPECT_EQ(run(names), SQLITE_DONE);
  EXPECT_EQ(value_of(recording_.span("SELECT task"), "db.query.text"),
            "SELECT \"title\" FROM task WHERE \"id\" = ?");
  const Statement pragma(db_, "PRAGMA user_version = \"4711\"");
  EXPECT_EQ(run(pragma), SQLITE_DONE);
  EXPECT_EQ(value_of(recording_.span("PRAGMA user_version"), "db.query.text"),
            "PRAGMA user_version = ?");
}

TEST_F(Sqlite, ANameIsNoCommandOfATerminal) {
  ASSERT_EQ(sqlite3_exec(db_, "CREATE TABLE \"a\033[2J\nb\"(c)", nullptr, nullptr, nullptr),
            SQLITE_OK);
  const Statement statement(db_, "SELECT c FROM \"a\033[2J\nb\"");
  EXPECT_EQ(run(statement), SQLITE_DONE);
  EXPECT_EQ(value_of(recording_.span("SELECT \"a?[2J?b\""), "db.query.summary"),
            "SELECT \"a?[2J?b\"");
}

TEST_F(Sqlite, AnErrorIsItsExtendedCode) {
  const Statement statement(db_, "INSERT INTO task(id) VALUES (?)");
  sqlite3_bind_int(statement, 1, 1);
  EXPECT_EQ(run(statement), SQLITE_CONSTRAINT);
  const SpanData span = recording_.span("INSERT task");
  EXPECT_EQ(span.status_code, StatusCode::kError);
  EXPECT_EQ(span.status_text, "constraint failed");
  EXPECT_EQ(value_of(span, "db.response.status_code"), "1555");  // SQLITE_CONSTRAINT_PRIMARYKEY
  EXPECT_EQ(value_of(span, "error.type"), "1555");
}

TEST_F(Sqlite, AStepThatWorksInTheEndIsNoError) {
  const Statement statement(db_, "INSERT INTO task(id) VALUES (?)");
  sqlite3_bind_int(statement, 1, 1);
  {
    StatementSpan span(statement);
    EXPECT_EQ(span.step(), SQLITE_CONSTRAINT);
    sqlite3_reset(statement);
    sqlite3_bind_int(statement, 1, 4);
    EXPECT_EQ(span.step(), SQLITE_DONE);
  }
  EXPECT_EQ(recording_.span("INSERT task").status_code, StatusCode::kUnset);
}

TEST_F(Sqlite, WhatStandsInTheScopeIsBelowAndWhatFollowsIsNot) {
  const auto note = [](sqlite3_context* call, int, sqlite3_value**) {
    NANOSPAN_SCOPE(span, "called by SQLite");
    sqlite3_result_int(call, 1);
  };
  sqlite3_create_function(db_, "note", 0, SQLITE_UTF8, nullptr, note, nullptr, nullptr);
  NANOSPAN_SCOPE(outer, "outer");
  {
    const Statement statement(db_, "SELECT note()");
    StatementSpan span(statement);
    while (span.step() == SQLITE_ROW) NANOSPAN_SCOPE(row, "row");
  }
  { NANOSPAN_SCOPE(after, "after"); }
  const SpanData statement = recording_.span("SELECT");
  EXPECT_EQ(statement.parent_span_id, outer.context().span_id);
  EXPECT_EQ(recording_.span("called by SQLite").parent_span_id, statement.span_id);
  EXPECT_EQ(recording_.span("row").parent_span_id, statement.span_id);
  EXPECT_EQ(recording_.span("after").parent_span_id, outer.context().span_id);
}

TEST_F(Sqlite, AnExceptionThatPassesIsAnError) {
  const Statement statement(db_, "SELECT * FROM task");
  try {
    StatementSpan span(statement);
    EXPECT_EQ(span.step(), SQLITE_ROW);
    throw std::runtime_error("a row is wrong");
  } catch (const std::exception&) {
  }
  const SpanData span = recording_.span("SELECT task");
  EXPECT_EQ(span.status_code, StatusCode::kError);
  EXPECT_EQ(value_of(span, "db.response.returned_rows"), "1");
}

TEST_F(Sqlite, ADatabaseInAFileIsItsNamespace) {
  const test::PrivateDirectory directory;
  sqlite3* file = nullptr;
  ASSERT_EQ(sqlite3_open(directory.file("tasks.db").c_str(), &file), SQLITE_OK);
  {
    const Statement statement(file, "PRAGMA user_version");
    EXPECT_EQ(run(statement), SQLITE_DONE);
  }
  sqlite3_close(file);
  EXPECT_EQ(value_of(recording_.span("PRAGMA user_version"), "db.namespace"), "tasks.db");
}

TEST_F(Sqlite, NoStatementIsMisuseAndNoMore) {
  EXPECT_EQ(run(nullptr), SQLITE_MISUSE);
  EXPECT_EQ(recording_.span("sqlite").status_code, StatusCode::kError);
}

}  // namespace
}  // namespace nanospan
