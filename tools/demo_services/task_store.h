// TaskStore: the tasks of all users, in an SQLite database.
//
// Threads: any; each has a connection of its own. Errors: std::runtime_error, of the constructor;
// later ones leave the answer empty.
#pragma once

#include <string>

#include "causes.h"

namespace demo {

class TaskStore {
 public:
  // Makes the database anew.
  TaskStore(const std::string& folder, Cause cause);

  // As JSON: the first ones by their place among the user's tasks.
  [[nodiscard]] std::string tasks_of(int user);
  void add_task(int user, const std::string& title);

 private:
  std::string path_;
};

}  // namespace demo
