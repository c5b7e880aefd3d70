// mail-service: unread messages, and mail to be sent. It is the one that gets killed, while it
// waits for a mail server that does not answer.
#include <nanospan/middleware/httplib.h>
#include <nanospan/nanospan.h>

#include "announce.h"
#include "role.h"

namespace demo {
namespace {

using std::chrono::milliseconds;

class MailService final : public Role {
 public:
  explicit MailService(const Site& site) : stop_(site.stop) {}

  void add_routes(httplib::Server& server) override {
    server.Get("/unread", nanospan::traced("/unread", [](const auto&, auto& response) {
                 count_unread(response);
               }));
    server.Post("/mail", nanospan::traced("/mail", [this](const auto& request, auto& response) {
                  send_mail(request.get_param_value("mail"),
                            render_mail(request.get_param_value("title")));
                  response.status = 202;
                }));
  }

 private:
  static void count_unread(httplib::Response& response) {
    NANOSPAN_SCOPE(span, "read mailbox");
    stand_for_work(milliseconds(3));
    response.set_content("4", "application/json");
  }

  static std::string render_mail(const std::string& title) {
    NANOSPAN_SCOPE(span, "render mail");
    stand_for_work(milliseconds(2));
    return "There is a new task: " + title;
  }

  void send_mail(const std::string& to, const std::string& text) {
    NANOSPAN_SCOPE(span, "send mail");
    span.set_attribute("mail.to", to);
    span.set_attribute("mail.size", text.size());
    if (!to.ends_with("@mute.example")) return stand_for_work(milliseconds(4));
    span.add_event("connected, and no answer");
    announce("stuck -");
    stop_.wait();  // for ever, but for a demonstration that is over
  }

  StopFlag& stop_;
};

}  // namespace

std::unique_ptr<Role> make_mail_service(const Site& site) {
  return std::make_unique<MailService>(site);
}

}  // namespace demo
