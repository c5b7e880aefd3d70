#include "task_store.h"

#include <nanospan/middleware/sqlite.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <stdexcept>

namespace demo {
namespace {

constexpr int kUsers = 50;
constexpr int kTasksOfUser = 20;
// Injected by --cause query. In real life a query is written when everybody has 20 tasks, and it
// is quadratic in them, which nobody sees until one user has as many as this. Nor does the database
// call it slow on average.
constexpr int kBusyUser = 7, kTasksOfBusyUser = 1'800;

// A task's place is how many of the user's tasks are due before it: for each, all are looked at.
constexpr const char* kSchema =
    "CREATE TABLE tasks(id INTEGER PRIMARY KEY, user INT, title TEXT, due INT);"
    "CREATE INDEX tasks_by_user ON tasks(user);"
    "CREATE VIEW ranked_tasks AS SELECT id, user, title, (SELECT count(*) FROM tasks AS other"
    " WHERE other.user = tasks.user AND other.due < tasks.due) AS place FROM tasks;";
constexpr const char* kSelect =
    "SELECT title FROM ranked_tasks WHERE user = ? ORDER BY place LIMIT 10";
constexpr const char* kInsert = "INSERT INTO tasks(user, title, due) VALUES(?, ?, 0)";

struct Close {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

Database open(const std::string& path) {
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  Database db(opened);
  if (code != SQLITE_OK)
    throw std::runtime_error("The database " + path + " can't be opened: " + sqlite3_errstr(code));
  sqlite3_busy_timeout(opened, 5000);
  return db;
}

void execute(sqlite3* db, const std::string& statements) {
  if (sqlite3_exec(db, statements.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(std::string("SQLite refused to make the tasks: ") +
                             sqlite3_errmsg(db));
}

std::string insert_tasks(int user, int count) {
  return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
         std::to_string(count) + ") INSERT INTO tasks(user, title, due) SELECT " +
         std::to_string(user) + ", 'task ' || i, i * 7919 % 10007 FROM n;";
}

// This thread's connection.
sqlite3* connection_to(const std::string& path) {
  thread_local const Database db = open(path);
  return db.get();
}

Statement prepare(sqlite3* db, const char* text) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(db, text, -1, &statement, nullptr);
  return Statement(statement);
}

}  // namespace

TaskStore::TaskStore(const std::string& folder, Cause cause) : path_(folder + "/tasks.db") {
  std::filesystem::remove(path_);
  const Database db = open(path_);
  std::string statements = std::string("PRAGMA journal_mode = WAL; BEGIN;") + kSchema;
  for (int user = 0; user < kUsers; ++user) {
    const bool is_busy = cause == Cause::kQuery && user == kBusyUser;
    statements += insert_tasks(user, is_busy ? kTasksOfBusyUser : kTasksOfUser);
  }
  execute(db.get(), statements + "COMMIT");
}

std::string TaskStore::tasks_of(int user) {
  const Statement query = prepare(connection_to(path_), kSelect);
  sqlite3_bind_int(query.get(), 1, user);
  nanospan::StatementSpan span(query.get());
  std::string json = "[";
  while (span.step() == SQLITE_ROW) {
    if (json.size() > 1) json += ',';
    json += '"';
    json += reinterpret_cast<const char*>(sqlite3_column_text(query.get(), 0));
    json += '"';
  }
  return json + "]";
}

void TaskStore::add_task(int user, const std::string& title) {
  const Statement insert = prepare(connection_to(path_), kInsert);
  sqlite3_bind_int(insert.get(), 1, user);
  sqlite3_bind_text(insert.get(), 2, title.c_str(), -1, SQLITE_TRANSIENT);
  nanospan::StatementSpan(insert.get()).step();
}

}  // namespace demo
