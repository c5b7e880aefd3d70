// api-gateway: where requests arrive. It asks auth-service who it is, and others for the rest.
#include <nanospan/middleware/httplib.h>
#include <nanospan/nanospan.h>

#include "calls.h"
#include "role.h"

namespace demo {
namespace {

using std::chrono::milliseconds;

constexpr int kUnavailable = 503;
constexpr int kAttemptsMax = 4;
constexpr milliseconds kFirstBackoff = kTail / 3;  // then twice as long each time

class ApiGateway final : public Role {
 public:
  explicit ApiGateway(const Site& site) : calls_(site.ports) {}

  void add_routes(httplib::Server& server) override {
    server.Get("/tasks", nanospan::traced("/tasks", [this](const auto& request, auto& response) {
                 list(request, response);
               }));
    server.Post("/tasks", nanospan::traced("/tasks", [this](const auto& request, auto& response) {
                  add(request, response);
                }));
    server.Post("/exports",
                nanospan::traced("/exports", [this](const auto& request, auto& response) {
                  make_export(request, response);
                }));
  }

 private:
  void list(const httplib::Request& request, httplib::Response& response) {
    tell_trace(response);
    stand_for_work(milliseconds(20));  // reads the request, counts it against the user's limit
    if (!verify(request)) return refuse(response);
    const Answer tasks = calls_.get({"task-service", "/tasks"}, request.params);
    stand_for_work(milliseconds(30));  // makes a page of it
    pass_on(tasks, response);
  }

  void add(const httplib::Request& request, httplib::Response& response) {
    tell_trace(response);
    if (!verify(request)) return refuse(response);
    pass_on(calls_.post({"task-service", "/tasks"}, request.params), response);
  }

  void make_export(const httplib::Request& request, httplib::Response& response) {
    tell_trace(response);
    if (!verify(request)) return refuse(response);
    pass_on(calls_.post({"report-service", "/exports", Connection::kOwn}, request.params),
            response);
  }

  // Whoever is told "later" waits, each time twice as long, so that the service that is in trouble
  // does not drown in those who ask again.
  bool verify(const httplib::Request& request) {
    milliseconds backoff = kFirstBackoff;
    for (int attempt = 0;; ++attempt) {
      const Answer answer = calls_.post({"auth-service", "/verify"}, request.params, attempt);
      if (answer.status != kUnavailable || attempt + 1 == kAttemptsMax) return answer.is_ok();
      std::this_thread::sleep_for(backoff);
      backoff *= 2;
    }
  }

  // A user who complains can name the trace.
  static void tell_trace(httplib::Response& response) {
    response.set_header("x-trace-id", nanospan::current_context().span_context().trace_id.to_hex());
  }
  static void refuse(httplib::Response& response) { response.status = kUnavailable; }
  static void pass_on(const Answer& answer, httplib::Response& response) {
    response.status = answer.status == 0 ? 502 : answer.status;
    response.set_content(answer.body, "application/json");
  }

  Calls calls_;
};

}  // namespace

std::unique_ptr<Role> make_api_gateway(const Site& site) {
  return std::make_unique<ApiGateway>(site);
}

}  // namespace demo
