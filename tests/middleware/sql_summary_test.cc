// Summaries of statements, and texts without their literals.
#include "middleware/sqlite/sql_summary.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace nanospan::sqlite {
namespace {

std::string summary(std::string_view sql) {
  return std::string(Summary(sql).text());
}

TEST(SqlSummary, NamesOperationsAndTables) {
  const std::pair<const char*, const char*> cases[] = {
      {"SELECT title FROM task WHERE id = ?", "SELECT task"},
      {"select title from task as t, owner o where t.owner = o.id", "select task owner"},
      {"SELECT count(*), max(id) FROM main.task LEFT JOIN owner ON a = b, x",
       "SELECT main.task owner"},
      {"INSERT INTO log(id, title) VALUES (?, 'x')", "INSERT log"},
      {"INSERT OR REPLACE INTO log SELECT * FROM task", "INSERT log SELECT task"},
      {"INSERT INTO a VALUES(1) ON CONFLICT(id) DO UPDATE SET b = 2", "INSERT a"},
      {"REPLACE INTO log VALUES (1)", "REPLACE log"},
      {"UPDATE OR IGNORE \"my table\" SET a = 1 WHERE b IN (SELECT c FROM d)",
       "UPDATE \"my table\" SELECT d"},
      {"DELETE FROM task WHERE id IS DISTINCT FROM other", "DELETE task"},
      {"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) INSERT INTO t SELECT i "
       "FROM n",
       "SELECT SELECT n INSERT t SELECT n"},
      {"SELECT a FROM (SELECT b FROM c), d", "SELECT SELECT c d"},
      {"CREATE TABLE IF NOT EXISTS task(id INTEGER PRIMARY KEY)", "CREATE TABLE task"},
      {"CREATE UNIQUE INDEX by_owner ON task(owner)", "CREATE INDEX by_owner"},
      {"ALTER TABLE task ADD COLUMN x", "ALTER TABLE task"},
      {"DROP TABLE task", "DROP TABLE task"},
      {"PRAGMA journal_mode = WAL", "PRAGMA journal_mode"},
      {"BEGIN IMMEDIATE", "BEGIN"},
      {"COMMIT", "COMMIT"},
      {"-- FROM a comment\nSELECT /* INTO */ 1", "SELECT"},
      {"VALUES (1), (2)", "VALUES"},
      {"", ""},
      {"SELECT 'FROM x' FROM task", "SELECT task"},
      {"SELECT 1 FROM", "SELECT"},
      {"SELECT 'never ends", "SELECT"}};
  for (const auto& [sql, expected] : cases) EXPECT_EQ(summary(sql), expected) << sql;
}

}  // namespace
}  // namespace nanospan::sqlite
