// auth-service: who somebody is. With --cause retry it is out of order for a moment now and then.
#include <nanospan/middleware/httplib.h>
#include <nanospan/nanospan.h>

#include <atomic>

#include "role.h"

namespace demo {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

// Of the attempts at once, after a third of the tail and after all of it, the first two fail.
constexpr milliseconds kOutage = kTail * 3 / 5;
constexpr std::uint64_t kRequestsBetween = 160, kFirstAt = 80;

class AuthService final : public Role {
 public:
  explicit AuthService(const Site& site) : changes_keys_(site.cause == Cause::kRetry) {}

  void add_routes(httplib::Server& server) override {
    server.Post("/verify", nanospan::traced("/verify", [this](const auto&, auto& response) {
                  if (changes_keys_ && is_out_of_order())
                    response.status = 503;
                  else
                    verify(response);
                }));
  }

 private:
  static void verify(httplib::Response& response) {
    NANOSPAN_SCOPE(span, "check signature");
    stand_for_work(milliseconds(8));
    response.set_content("{\"valid\":true}", "application/json");
  }

  // Injected by --cause retry. In real life a service that is deployed, fails over to a standby, or
  // loads its keys anew answers "503, later" for a moment; what its callers' users feel is not that
  // moment but the callers' backoff, which doubles until it is longer than that.
  bool is_out_of_order() {
    const std::uint64_t number = requests_.fetch_add(1);
    const auto now = SteadyClock::now().time_since_epoch().count();
    if (number % kRequestsBetween == kFirstAt)
      ends_at_ = (SteadyClock::now() + kOutage).time_since_epoch().count();
    return now < ends_at_;
  }

  const bool changes_keys_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<SteadyClock::rep> ends_at_{0};
};

}  // namespace

std::unique_ptr<Role> make_auth_service(const Site& site) {
  return std::make_unique<AuthService>(site);
}

}  // namespace demo
