#include "load.h"

#include <httplib.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "announce.h"

namespace demo {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::uint64_t kUsers = 50;
// Two exports in a row in each 80 requests, as when two colleagues come back from lunch.
constexpr std::uint64_t kExportsEvery = 80, kFirstExport = 40, kExportsInARow = 2;
constexpr time_t kPatienceSeconds = 30;

struct Listing {
  double ms;
  std::string trace;
};

httplib::Client client_of(int port) {
  httplib::Client client("127.0.0.1", port);
  client.set_keep_alive(true);
  client.set_tcp_nodelay(true);
  client.set_read_timeout(kPatienceSeconds);
  return client;
}

class Load {
 public:
  Load(int port, const LoadOptions& options) : port_(port), options_(options) {}

  void run() {
    std::vector<std::thread> clients;
    for (unsigned i = 0; i < options_.clients; ++i)
      clients.emplace_back([this] { send_requests(); });
    std::thread mail([this] { send_mail(); });
    if (options_.shows_progress) show_progress();
    for (std::thread& client : clients) client.join();
    mail.join();
  }

  void report() {
    if (mail_trace_.empty()) throw std::runtime_error("POST /tasks was not answered.");
    if (listings_.empty()) throw std::runtime_error("No request for tasks was answered.");
    std::sort(listings_.begin(), listings_.end(),
              [](const Listing& a, const Listing& b) { return a.ms < b.ms; });
    const Listing& slow = at(0.99);
    announce("load " + std::to_string(options_.requests) + " " + std::to_string(failed_) + " " +
             std::to_string(std::lround(at(0.5).ms)) + " " + std::to_string(std::lround(slow.ms)) +
             " " + slow.trace + " " + mail_trace_);
  }

 private:
  // By nearest rank, as nanospan analyze has it.
  [[nodiscard]] const Listing& at(double p) const {
    const auto rank =
        static_cast<std::size_t>(std::ceil(p * static_cast<double>(listings_.size())));
    return listings_[std::max<std::size_t>(rank, 1) - 1];
  }

  void send_requests() {
    httplib::Client client = client_of(port_);
    for (std::uint64_t n = next_.fetch_add(1); n < options_.requests; n = next_.fetch_add(1)) {
      if (n == options_.requests / 2) next_.notify_all();
      const std::string user = std::to_string(n % kUsers);
      const bool is_export = n % kExportsEvery - kFirstExport < kExportsInARow;
      const auto began = SteadyClock::now();
      const auto result = is_export ? client.Post("/exports", httplib::Params{{"user", user}})
                                    : client.Get("/tasks?user=" + user);
      const std::chrono::duration<double, std::milli> took = SteadyClock::now() - began;
      const std::lock_guard lock(mutex_);
      ++answered_;
      if (!result || result->status >= 400)
        ++failed_;
      else if (!is_export)
        listings_.push_back({took.count(), result->get_header_value("x-trace-id")});
    }
  }

  // In the middle of the load: a task that somebody is to be told of whose mail server is mute.
  void send_mail() {
    for (std::uint64_t n = next_; n <= options_.requests / 2; n = next_) next_.wait(n);
    httplib::Client client = client_of(port_);
    const auto result = client.Post("/tasks", httplib::Params{{"user", "1"},
                                                              {"title", "water the plants"},
                                                              {"mail", "someone@mute.example"}});
    if (result) mail_trace_ = result->get_header_value("x-trace-id");
  }

  void show_progress() {
    for (std::uint64_t answered = 0; answered < options_.requests;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      {
        const std::lock_guard lock(mutex_);
        answered = answered_;
      }
      std::fprintf(stderr, "\r  %llu of %llu requests", static_cast<unsigned long long>(answered),
                   static_cast<unsigned long long>(options_.requests));
    }
    std::fputs("\r\033[K", stderr);
  }

  const int port_;
  const LoadOptions options_;
  std::atomic<std::uint64_t> next_{0};
  std::mutex mutex_;
  std::vector<Listing> listings_;            // by mutex_
  std::uint64_t answered_ = 0, failed_ = 0;  // by mutex_
  std::string mail_trace_;
};

}  // namespace

void run_load(const Ports& ports, const LoadOptions& options) {
  const auto port = ports.find("api-gateway");
  if (!port) throw std::runtime_error("There is no api-gateway to send requests to.");
  Load load(*port, options);
  load.run();
  load.report();
}

}  // namespace demo
