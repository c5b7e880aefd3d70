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
      {"SELECT a FROM main./* token=abc */task", "SELECT main.task"},
      {"SELECT a FROM main.'x'", "SELECT main."},
      {"VALUES (1), (2)", "VALUES"},
      {"", ""},
      {"SELECT 'FROM x' FROM task", "SELECT task"},
      {"SELECT * FROM (SELECT a FROM b), json_each('[]', \"secret\")", "SELECT SELECT b json_each"},
      {"DELETE FROM task RETURNING id, \"secret\"", "DELETE task"},
      {"INSERT INTO 'log' VALUES (\"secret\")", "INSERT"},
      {"VACUUM INTO \"/data/secret\"", "VACUUM"},
      {"PRAGMA 'key' = \"secret\"", "PRAGMA"},
      {"SELECT 1 FROM", "SELECT"},
      {"SELECT 'never ends", "SELECT"}};
  for (const auto& [sql, expected] : cases) EXPECT_EQ(summary(sql), expected) << sql;
}

TEST(SqlSummary, IsOf255BytesAtMostAndWholeWords) {
  std::string sql = "SELECT * FROM t0";
  for (int i = 1; i < 200; ++i) sql += ", t" + std::to_string(i);
  const std::string found = summary(sql);
  EXPECT_LE(found.size(), 255u);
  EXPECT_GT(found.size(), 245u);
  EXPECT_EQ((sql + ",").find(found.substr(found.rfind(' ') + 1) + ",") != std::string::npos, true);
  EXPECT_EQ(summary("SELECT a FROM " + std::string(300, 'x')), "SELECT");
  EXPECT_EQ(summary("SELECT a FROM m." + std::string(300, 'x')), "SELECT m");
}

TEST(SqlSummary, HasNoControlCharacters) {
  EXPECT_EQ(summary("SELECT a FROM \"x\n\033[2J\x7f\", [y\t].`\xc2\x9b z`"),
            "SELECT \"x??[2J?\" [y?].`? z`");
  EXPECT_EQ(summary("SELECT a FROM \"h\xc3\xa4user \xc2\xa7\""),
            "SELECT \"h\xc3\xa4user \xc2\xa7\"");
  EXPECT_EQ(summary("SELECT a FROM \"\xc2\""), "SELECT \"\xc2\"");
}

TEST(SqlText, HasNoLiterals) {
  const std::pair<const char*, const char*> cases[] = {
      {"SELECT a1 FROM t", "SELECT a1 FROM t"},
      {"SELECT 1, 1.5e-3+2, .5, 0xFF+1 FROM t2", "SELECT ?, ?+?, ?, ?+? FROM t2"},
      {"SELECT 'a''b' || X'00ff', \"name\"", "SELECT ? || ?, \"name\""},
      {"a = 5--five", "a = ? "},
      {"/* 5 */a = '5", " a = ?"}};
  for (const auto& [sql, expected] : cases) {
    std::pmr::string space;
    EXPECT_EQ(without_literals(sql, DoubleQuotes::kNames, space), expected) << sql;
  }
}

TEST(SqlText, HasNothingInDoubleQuotesThatMayBeAString) {
  const std::pair<const char*, const char*> cases[] = {
      {"SELECT a FROM t WHERE b = \"secret\"", "SELECT a FROM t WHERE b = ?"},
      {"SELECT \"a\" FROM \"t\", \"u\" WHERE c = \"it\"\"s\"",
       "SELECT ? FROM \"t\", \"u\" WHERE c = ?"},
      {"SELECT \"main\".\"t\".\"a\" AS \"x\"", "SELECT \"main\".\"t\".\"a\" AS \"x\""},
      {"SELECT \"t\" /* 1 */ . a, \"max\" (b)", "SELECT \"t\"   . a, \"max\" (b)"},
      {"INSERT INTO \"t\" VALUES (\"one\", 2)", "INSERT INTO \"t\" VALUES (?, ?)"},
      {"UPDATE \"t\" SET a = \"secret\"", "UPDATE \"t\" SET a = ?"},
      {"DELETE FROM t RETURNING a, \"secret\"", "DELETE FROM t RETURNING a, ?"},
      {"PRAGMA key = \"secret\"", "PRAGMA key = ?"},
      {"PRAGMA 'key' = \"secret\"", "PRAGMA ? = ?"},
      {"ATTACH \"a.db\" AS b KEY \"secret\"", "ATTACH ? AS b KEY ?"},
      {"VACUUM INTO \"a.db\"", "VACUUM INTO ?"},
      {"SELECT a IS DISTINCT FROM \"secret\"", "SELECT a IS DISTINCT FROM ?"},
      {"SELECT [a], `b` FROM t", "SELECT [a], `b` FROM t"},
      {"SELECT \"never ends", "SELECT ?"}};
  for (const auto& [sql, expected] : cases) {
    std::pmr::string space;
    EXPECT_EQ(without_literals(sql, DoubleQuotes::kNamesOrStrings, space), expected) << sql;
  }
}

}  // namespace
}  // namespace nanospan::sqlite
