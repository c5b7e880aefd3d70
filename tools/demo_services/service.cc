#include "service.h"

#include <nanospan/nanospan.h>
#include <sys/socket.h>

#include <csignal>
#include <stdexcept>

#include "announce.h"
#include "role.h"

namespace demo {
namespace {

// Before any thread is made: they all inherit it.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void set_up(httplib::Server& server, Role& role) {
  constexpr std::size_t kAlways = 1'000'000'000;
  constexpr time_t kIdleSeconds = 60;
  const std::size_t workers = role.workers();
  server.new_task_queue = [workers] { return new httplib::ThreadPool(workers); };
  server.set_keep_alive_max_count(kAlways);
  server.set_keep_alive_timeout(kIdleSeconds);
  server.set_tcp_nodelay(true);
  role.add_routes(server);
}

// Any free port. cpp-httplib's queue of connections holds five, and one that is refused comes again
// after a second: more than any cause of this demonstration takes.
int bind(httplib::Server& server) {
  constexpr int kBacklog = 128;
  int bound = -1;
  server.set_socket_options([&bound](int socket) { bound = socket; });
  const int port = server.bind_to_any_port("127.0.0.1");
  if (port <= 0 || listen(bound, kBacklog) != 0)
    throw std::runtime_error("No port of the loopback interface can be listened on.");
  return port;
}

// Listens on a thread of its own until the end of the scope.
class Listening {
 public:
  explicit Listening(httplib::Server& server)
      : server_(server), thread_([&server, this] {
          server.listen_after_bind();
          has_ended_ = true;
        }) {
    // It can't be stopped before.
    while (!server.is_running() && !has_ended_)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ~Listening() {
    server_.stop();
    thread_.join();
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  httplib::Server& server_;
  std::atomic<bool> has_ended_{false};
  std::thread thread_;
};

void serve(const ServiceOptions& options, const sigset_t& signals) {
  StopFlag stop;
  const Site site{options.cause, options.folder, Ports(options.ports), stop};
  const std::unique_ptr<Role> role = make_role(options.name, site);
  if (role == nullptr) throw std::runtime_error("There is no service called " + options.name + ".");
  httplib::Server server;
  set_up(server, *role);
  const int port = bind(server);
  const Listening listening(server);
  site.ports.publish(options.name, port);
  announce("ready/" + options.name + " " + std::to_string(port));
  int signal = 0;
  sigwait(&signals, &signal);
  stop.set();
}

}  // namespace

std::unique_ptr<Role> make_role(std::string_view service, const Site& site) {
  if (service == "api-gateway") return make_api_gateway(site);
  if (service == "auth-service") return make_auth_service(site);
  if (service == "task-service") return make_task_service(site);
  if (service == "mail-service") return make_mail_service(site);
  if (service == "report-service") return make_report_service(site);
  return nullptr;
}

void run_service(const ServiceOptions& options) {
  const sigset_t signals = block_signals();
  // It delivers what a predecessor left that was killed (recover_on_start).
  auto recorder = nanospan::Recorder::start({.service_name = options.name});
  if (!recorder) throw std::runtime_error("Nothing can be recorded: " + recorder.error());
  serve(options, signals);
  recorder.stop(std::chrono::seconds(5));
  const nanospan::Accounting counts = recorder.accounting();
  announce("stopped/" + options.name + " " + std::to_string(counts.delivered) + " " +
           std::to_string(counts.lost() + counts.overwritten) + " " +
           std::to_string(counts.recovered_spans));
}

}  // namespace demo
