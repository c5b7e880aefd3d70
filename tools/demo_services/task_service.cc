// task-service: the tasks, from a database; labels of users from a cache; what else the page shows
// from two services behind it.
#include <nanospan/middleware/httplib.h>

#include "calls.h"
#include "role.h"
#include "task_cache.h"
#include "task_store.h"

namespace demo {
namespace {

int user_of(const httplib::Request& request) {
  return std::atoi(request.get_param_value("user").c_str());
}

class TaskService final : public Role {
 public:
  explicit TaskService(const Site& site)
      : calls_(site.ports), cache_(site.cause), store_(site.folder, site.cause) {}

  void add_routes(httplib::Server& server) override {
    server.Get("/tasks", nanospan::traced("/tasks", [this](const auto& request, auto& response) {
                 list(request, response);
               }));
    server.Post("/tasks", nanospan::traced("/tasks", [this](const auto& request, auto& response) {
                  add(request, response);
                }));
  }

 private:
  void list(const httplib::Request& request, httplib::Response& response) {
    const int user = user_of(request);
    const std::string labels = cache_.labels_of(user);
    const std::string tasks = store_.tasks_of(user);
    // The page does without either, rather than to fail.
    const Answer unread = calls_.get({"mail-service", "/unread"}, request.params);
    const Answer summary =
        calls_.post({"report-service", "/summary", Connection::kOwn}, {{"tasks", tasks}});
    response.set_content("{\"labels\":" + labels + ",\"tasks\":" + tasks +
                             ",\"unread\":" + (unread.is_ok() ? unread.body : "null") +
                             ",\"summary\":" + (summary.is_ok() ? summary.body : "null") + "}",
                         "application/json");
  }

  void add(const httplib::Request& request, httplib::Response& response) {
    store_.add_task(user_of(request), request.get_param_value("title"));
    const Answer mailed = calls_.post({"mail-service", "/mail"}, request.params);
    response.status = 201;
    response.set_content(mailed.is_ok() ? "{\"mailed\":true}" : "{\"mailed\":false}",
                         "application/json");
  }

  Calls calls_;
  TaskCache cache_;
  TaskStore store_;
};

}  // namespace

std::unique_ptr<Role> make_task_service(const Site& site) {
  return std::make_unique<TaskService>(site);
}

}  // namespace demo
