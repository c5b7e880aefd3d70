// report-service: summaries, and exports, by two workers with a queue in front of them.
//
// The workers are the server's own threads. Who calls it opens a connection for each request, so
// that a connection that waits for a thread is a request in the queue.
#include <nanospan/middleware/httplib.h>
#include <nanospan/nanospan.h>

#include "role.h"

namespace demo {
namespace {

using std::chrono::milliseconds;

class ReportService final : public Role {
 public:
  // Injected by --cause queue. In real life one pool serves what takes 4 ms and what takes 400, and
  // all is well until as many of the long ones come together as there are workers. The service's
  // own spans show nothing: each begins when a worker takes its request out of the queue.
  explicit ReportService(const Site& site)
      : export_takes_(site.cause == Cause::kQueue ? kTail : milliseconds(4)) {}

  void add_routes(httplib::Server& server) override {
    server.Post("/summary", nanospan::traced("/summary", [](const auto& request, auto& response) {
                  summarize(request.get_param_value("tasks"), response);
                }));
    server.Post("/exports", nanospan::traced("/exports", [this](const auto&, auto& response) {
                  write_export(response);
                }));
  }
  [[nodiscard]] std::size_t workers() const override { return 2; }

 private:
  static void summarize(const std::string& tasks, httplib::Response& response) {
    NANOSPAN_SCOPE(span, "count tasks");
    span.set_attribute("input.size", tasks.size());
    stand_for_work(milliseconds(4));
    response.set_content("{\"open\":12}", "application/json");
  }
  void write_export(httplib::Response& response) const {
    NANOSPAN_SCOPE(span, "write export");
    stand_for_work(export_takes_);
    response.status = 201;
  }

  const milliseconds export_takes_;
};

}  // namespace

std::unique_ptr<Role> make_report_service(const Site& site) {
  return std::make_unique<ReportService>(site);
}

}  // namespace demo
