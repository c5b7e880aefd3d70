// A httplib::Server on a free port of this machine, that answers until its end.
//
//   RunningServer server;
//   server->Get("/", …);
//   server.start();
//   httplib::Client client(server.address());
//
// Threads: the owner's; the server answers on its own.
#pragma once

#include <httplib.h>

#include <cstdlib>
#include <string>
#include <thread>

namespace nanospan::test {

class RunningServer {
 public:
  RunningServer() {
    // Two are enough, and a connection that is kept open holds one.
    server_.new_task_queue = [] { return new httplib::ThreadPool(2); };
    server_.set_tcp_nodelay(true);
  }
  ~RunningServer() { stop(); }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  [[nodiscard]] httplib::Server* operator->() { return &server_; }
  // Returns when it answers: the socket listens, whoever connects waits for the thread.
  void start() {
    port_ = server_.bind_to_any_port("127.0.0.1");
    if (port_ < 0) std::abort();
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // A server that does not listen yet is not stopped by stop().
    while (!server_.is_running()) std::this_thread::yield();
  }
  // Whatever is being answered is answered first.
  void stop() {
    if (!thread_.joinable()) return;
    server_.stop();
    thread_.join();
  }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace nanospan::test
