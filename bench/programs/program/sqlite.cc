// SQLite through its own interface: prepared statements on a database in memory's file system, with
// a write-ahead log and without waiting for a disk.
#include <sqlite3.h>

#include <string>

#include "programs/program/operations.h"

namespace nanospan::bench {
namespace {

constexpr unsigned kRowsOfTable = 100'000;
constexpr int kRowsOfRange = 100;

class Database {
 public:
  Database() {
    if (sqlite3_open((directory_.path() + "/tasks.db").c_str(), &db_) != SQLITE_OK) fail();
    execute(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
        "CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT, minutes INTEGER);"
        "CREATE TABLE log(id INTEGER PRIMARY KEY, title TEXT, minutes INTEGER);"
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < " +
        std::to_string(kRowsOfTable - 1) +
        ") INSERT INTO task SELECT i, 'water the plants of room ' || i, i % 240 FROM n;");
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { sqlite3_close(db_); }

  void execute(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }
  void fail() {
    if (problem_.empty()) problem_ = std::string("SQLite: ") + sqlite3_errmsg(db_);
  }
  [[nodiscard]] sqlite3* handle() const { return db_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  ScratchDirectory directory_;
  sqlite3* db_ = nullptr;
  std::string problem_;
};

class Statement {
 public:
  Statement(Database& database, const char* sql) : database_(database) {
    if (sqlite3_prepare_v2(database.handle(), sql, -1, &statement_, nullptr) != SQLITE_OK)
      database.fail();
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }

  void bind(int index, int value) { sqlite3_bind_int(statement_, index, value); }
  void bind(int index, const char* text) {
    sqlite3_bind_text(statement_, index, text, -1, SQLITE_STATIC);
  }
  // All its rows, each with its columns read; `rows`: as many there must be.
  void run(int rows) {
    int step;
    for (; (step = sqlite3_step(statement_)) == SQLITE_ROW; --rows)
      for (int column = 0; column < sqlite3_column_count(statement_); ++column)
        bytes_ += sqlite3_column_bytes(statement_, column);
    if (step != SQLITE_DONE || rows != 0) database_.fail();
    sqlite3_reset(statement_);
  }

 private:
  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  long bytes_ = 0;
};

std::string unless(const Database& database, const std::string& problem) {
  return database.problem().empty() ? problem : database.problem();
}

std::string compare_inserts(bool in_transaction, std::size_t of_turn, unsigned rounds) {
  Database database;
  Statement insert(database, "INSERT INTO log(title, minutes) VALUES(?, ?)");
  insert.bind(1, "water the plants of the room behind the stairs");
  insert.bind(2, 15);
  const auto begin_round = [&] {
    if (sqlite3_get_autocommit(database.handle()) == 0) database.execute("COMMIT");
    database.execute("DELETE FROM log; PRAGMA wal_checkpoint(TRUNCATE)");
    if (in_transaction) database.execute("BEGIN");
  };
  return unless(database, compare_operations(
                              of_turn, begin_round, [&] { insert.run(0); }, rounds));
}

std::string measure_insert(unsigned rounds) {
  return compare_inserts(false, 50, rounds);
}

std::string measure_insert_in_transaction(unsigned rounds) {
  return compare_inserts(true, 700, rounds);
}

std::string measure_select(unsigned rounds) {
  Database database;
  Statement select(database, "SELECT title, minutes FROM task WHERE id = ?");
  KeyOrder next_key(kRowsOfTable);
  const auto operation = [&] {
    select.bind(1, static_cast<int>(next_key()));
    select.run(1);
  };
  return unless(database, compare_operations(
                              150, [] {}, operation, rounds));
}

std::string measure_range(unsigned rounds) {
  Database database;
  Statement select(database, "SELECT title, minutes FROM task WHERE id >= ?1 AND id < ?1 + 100");
  KeyOrder next_key(kRowsOfTable - kRowsOfRange);
  const auto operation = [&] {
    select.bind(1, static_cast<int>(next_key()));
    select.run(kRowsOfRange);
  };
  return unless(database, compare_operations(
                              30, [] {}, operation, rounds));
}

const ProgramRow kInsert{"sqlite/insert", measure_insert};
const ProgramRow kInsertInTransaction{"sqlite/insert_in_transaction",
                                      measure_insert_in_transaction};
const ProgramRow kSelect{"sqlite/select", measure_select};
const ProgramRow kRange{"sqlite/range", measure_range};

}  // namespace
}  // namespace nanospan::bench
