// The work of one request, the same whatever is instrumented and whether it is: some tasks are
// looked up in a table that no first cache holds, and written as JSON.
//
// Threads: any, once made.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace nanospan::bench {

inline constexpr unsigned kTasksOfRequest = 50;  // each may have a span of its own

class Tasks {
 public:
  Tasks();
  // Appends the task that follows from `number`, of about 80 bytes.
  void append_json(std::uint64_t number, std::string& out) const;

 private:
  struct Task {
    std::string title, owner;
    std::uint32_t minutes = 0;
  };
  std::unordered_map<std::uint64_t, Task> tasks_;
};

}  // namespace nanospan::bench
