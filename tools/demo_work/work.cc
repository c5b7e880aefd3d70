#include "work.h"

#include <sqlite3.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "nanospan/nanospan.h"

namespace demo {
namespace {

constexpr int kUsers = 50;
constexpr int kTasksPerUser = 12;
constexpr int kFiles = 24;

constexpr nanospan::InstrumentationScope kSqlite{"demo.sqlite", "1"};
constinit nanospan::Key db_system{"db.system.name"}, sqlite{"sqlite"}, db_rows{"db.rows"},
    file_path{"file.path"}, file_size{"file.size"}, packed_size{"packed.size"};

void execute(sqlite3* db, const char* statement) {
  char* error = nullptr;
  if (sqlite3_exec(db, statement, nullptr, nullptr, &error) == SQLITE_OK) return;
  const std::string why = error == nullptr ? "unknown" : error;
  sqlite3_free(error);
  throw std::runtime_error("SQLite refused \"" + std::string(statement) + "\": " + why);
}

// Words that compress like text does: the same for every run.
std::string make_document(int seed) {
  static constexpr const char* kWords[] = {"latency", "span",  "queue", "request", "cache",
                                           "thread",  "clock", "ring",  "region",  "drain"};
  std::string text;
  unsigned state = static_cast<unsigned>(seed) * 2654435761u + 1;
  while (text.size() < 24u << 10) {
    state = state * 1664525u + 1013904223u;
    text += kWords[(state >> 16) % std::size(kWords)];
    text += (state >> 28) == 0 ? '\n' : ' ';
  }
  return text;
}

std::string read_file(const std::string& path) {
  NANOSPAN_SCOPE(span, "read file");
  span.set_attribute(file_path, path);
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open()) span.set_status(nanospan::StatusCode::kError, "the file is not there");
  span.set_attribute(file_size, bytes.size());
  return bytes;
}

std::string compress_bytes(const std::string& bytes) {
  NANOSPAN_SCOPE(span, "compress");
  uLongf size = compressBound(bytes.size());
  std::string packed(size, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
            reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), Z_DEFAULT_COMPRESSION);
  packed.resize(size);
  span.set_attribute(file_size, bytes.size());
  span.set_attribute(packed_size, packed.size());
  return packed;
}

}  // namespace

TaskStore::TaskStore(const std::string& directory) {
  std::filesystem::create_directories(directory);
  const std::string path = directory + "/tasks.db";
  const bool is_new = !std::filesystem::exists(path);
  if (sqlite3_open_v2(path.c_str(), &db_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      nullptr) != SQLITE_OK)
    throw std::runtime_error("The database " + path + " can't be opened: " + sqlite3_errmsg(db_));
  sqlite3_busy_timeout(db_, 5000);
  if (is_new) fill(directory);
}

TaskStore::~TaskStore() {
  sqlite3_close(db_);
}

void TaskStore::fill(const std::string& directory) {
  for (int file = 0; file < kFiles; ++file)
    std::ofstream(directory + "/task-" + std::to_string(file) + ".txt") << make_document(file);
  execute(db_,
          "BEGIN; CREATE TABLE tasks(id INTEGER PRIMARY KEY, user INT, title TEXT, file TEXT)");
  for (int task = 0; task < kUsers * kTasksPerUser; ++task) {
    const std::string insert = "INSERT INTO tasks(user, title, file) VALUES(" +
                               std::to_string(task % kUsers) + ", 'task " + std::to_string(task) +
                               "', '" + directory + "/task-" + std::to_string(task % kFiles) +
                               ".txt')";
    execute(db_, insert.c_str());
  }
  execute(db_, "COMMIT");
}

std::vector<TaskStore::Task> TaskStore::tasks_of(int user) {
  NANOSPAN_SCOPE(span, "SELECT tasks", {.kind = nanospan::SpanKind::kClient, .scope = kSqlite});
  span.set_attribute(db_system, sqlite);
  NANOSPAN_ATTRIBUTE(span, "db.query.text", "SELECT id, title, file FROM tasks WHERE user = ?");
  std::vector<Task> tasks;
  sqlite3_stmt* query = nullptr;
  sqlite3_prepare_v2(db_, "SELECT id, title, file FROM tasks WHERE user = ?", -1, &query, nullptr);
  sqlite3_bind_int(query, 1, user);
  while (sqlite3_step(query) == SQLITE_ROW)
    tasks.push_back({sqlite3_column_int64(query, 0),
                     reinterpret_cast<const char*>(sqlite3_column_text(query, 1)),
                     reinterpret_cast<const char*>(sqlite3_column_text(query, 2))});
  sqlite3_finalize(query);
  span.set_attribute(db_rows, tasks.size());
  return tasks;
}

std::size_t serve_request(TaskStore& store, int user) {
  NANOSPAN_SCOPE(span, "GET /tasks", {.kind = nanospan::SpanKind::kServer});
  span.set_attribute("user.id", user);
  const auto tasks = store.tasks_of(user);
  if (tasks.empty()) {
    span.set_status(nanospan::StatusCode::kError, "no such user");
    return 0;
  }
  span.add_event("tasks found", {{"count", tasks.size()}});
  std::size_t bytes = 0;
  for (const TaskStore::Task& task : tasks) {
    NANOSPAN_SCOPE(pack, "pack task");
    pack.set_attribute("task.id", task.id);
    bytes += compress_bytes(read_file(task.file)).size();
  }
  return bytes;
}

}  // namespace demo
