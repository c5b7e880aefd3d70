// The demo's work: real queries, real files, real compression, with spans around all of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct sqlite3;

namespace demo {

// A database of tasks in `directory`, made and filled if it is not there. Throws
// std::runtime_error.
class TaskStore {
 public:
  explicit TaskStore(const std::string& directory);
  ~TaskStore();
  TaskStore(const TaskStore&) = delete;
  TaskStore& operator=(const TaskStore&) = delete;

  struct Task {
    std::int64_t id;
    std::string title;
    std::string file;
  };
  [[nodiscard]] std::vector<Task> tasks_of(int user);

 private:
  void fill(const std::string& directory);
  sqlite3* db_ = nullptr;
};

// One request: the user's tasks, their files read and packed. Returns the bytes of the packed
// answer.
std::size_t serve_request(TaskStore& store, int user);

}  // namespace demo
