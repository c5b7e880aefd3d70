// TaskCache: the labels of each user, in memory, saved to disk now and then by a thread of its own.
//
// Threads: any.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "causes.h"

namespace demo {

class TaskCache {
 public:
  explicit TaskCache(Cause cause);
  ~TaskCache();
  TaskCache(const TaskCache&) = delete;
  TaskCache& operator=(const TaskCache&) = delete;

  [[nodiscard]] std::string labels_of(int user);

 private:
  void save_when_due();
  void save();

  const bool holds_lock_while_it_saves_;
  std::mutex lock_;
  std::map<int, std::string> labels_;  // by lock_
  std::uint64_t reads_ = 0;            // by lock_
  bool save_is_due_ = false;           // by lock_
  bool ends_ = false;                  // by lock_
  std::condition_variable changed_;
  std::thread saver_;
};

}  // namespace demo
