// Role: what one service does; one file each.
//
// Threads: routes run on the server's threads, several at once.
#pragma once

#include <httplib.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "causes.h"
#include "ports.h"

namespace demo {

// Set once, when the process is asked to end.
class StopFlag {
 public:
  void set() {
    const std::lock_guard lock(mutex_);
    is_set_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_set_ = false;
};

// What every service is told.
struct Site {
  Cause cause = Cause::kLock;
  std::string folder;  // for files of its own
  Ports ports;
  StopFlag& stop;
};

class Role {
 public:
  // Enough for a connection from each thread of those who call it: nobody queues for a thread.
  static constexpr std::size_t kManyWorkers = 24;

  Role() = default;
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;
  virtual ~Role() = default;

  virtual void add_routes(httplib::Server& server) = 0;
  // Threads that requests run on; a connection has one for as long as it lasts.
  [[nodiscard]] virtual std::size_t workers() const { return kManyWorkers; }
};

std::unique_ptr<Role> make_api_gateway(const Site& site);
std::unique_ptr<Role> make_auth_service(const Site& site);
std::unique_ptr<Role> make_task_service(const Site& site);
std::unique_ptr<Role> make_mail_service(const Site& site);
std::unique_ptr<Role> make_report_service(const Site& site);
// nullptr: there is no such service.
std::unique_ptr<Role> make_role(std::string_view service, const Site& site);

// Stands for work that is not the demonstration's subject: a wait, so that two cores are enough.
inline void stand_for_work(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
}

}  // namespace demo
