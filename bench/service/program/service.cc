// An HTTP service with a fixed piece of work per request, instrumented by one variant or none.
//
//   nanospan_bench_service_<variant> DIRECTORY     prints its port, or why it can't run
//   GET /tasks/<spans>    the work, with so many spans: the request's, and one around each of the
//                         first tasks; 0 of them is the same work
//
// Its input is asked by lines, answered by a line each, all since the start; its end is its end:
//   counts                requests, ns of CPU of the request threads, ns of the whole process
//   flush                 spans exported, spans lost, after a flush; nan: unknown
//
// Threads: the request threads share the first core, whatever consumes spans has the last, and so
// has the one that answers lines: being asked costs the request threads nothing.
#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include "harness/machine.h"
#include "service/program/instrument.h"
#include "service/program/request_threads.h"
#include "service/program/work.h"

namespace nanospan::bench {
namespace {

constexpr std::size_t kRequestThreads = 8;  // one a connection
constexpr std::chrono::seconds kPatience{10};

class Service {
 public:
  explicit Service(const std::string& directory) : instrument_(directory, drain_cpu()) {}
  [[nodiscard]] const std::string& problem() const { return instrument_.problem(); }

  // At most one span more than there are tasks.
  void answer(unsigned spans, std::string& json) {
    spans = std::min(spans, kTasksOfRequest + 1);
    threads_.count_request(spans, [this] { instrument_.prepare_thread(); });
    const std::uint64_t first = next_task_.fetch_add(kTasksOfRequest, std::memory_order_relaxed);
    if (spans == 0) return append_tasks(first, 0, json);
    NANOSPAN_BENCH_IN_SPAN("GET /tasks", [&] { append_tasks(first, spans - 1, json); });
  }

  [[nodiscard]] std::string counts() {
    const auto total = threads_.total();
    char text[96];
    std::snprintf(text, sizeof(text), "%llu %llu %llu",
                  static_cast<unsigned long long>(total.requests),
                  static_cast<unsigned long long>(total.cpu_ns),
                  static_cast<unsigned long long>(cpu_clock_ns(CLOCK_PROCESS_CPUTIME_ID)));
    return text;
  }

  [[nodiscard]] std::string flush() {
    const Delivery delivery = instrument_.delivery(threads_.total().spans);
    char text[64];
    std::snprintf(text, sizeof(text), "%.0f %.0f", delivery.exported, delivery.lost);
    return text;
  }

 private:
  void append_tasks(std::uint64_t first, unsigned with_span, std::string& json) const {
    for (unsigned i = 0; i < kTasksOfRequest; ++i) {
      const auto append_task = [&] { tasks_.append_json(first + i, json); };
      if (i < with_span) {
        NANOSPAN_BENCH_IN_SPAN("append_task", append_task);
      } else {
        append_task();
      }
    }
  }

  Tasks tasks_;
  RequestThreads threads_;
  Instrument instrument_;
  std::atomic<std::uint64_t> next_task_{0};
};

void set_routes(httplib::Server& server, Service& service) {
  server.Get(
      R"(/tasks/(\d+))", [&service](const httplib::Request& request, httplib::Response& response) {
        std::string json = "[";
        service.answer(static_cast<unsigned>(std::atoi(request.matches[1].str().c_str())), json);
        json.back() = ']';
        response.set_content(json, "application/json");
      });
  server.new_task_queue = [] { return new httplib::ThreadPool(kRequestThreads); };
  server.set_keep_alive_max_count(1'000'000'000);
  server.set_tcp_nodelay(true);
}

// Until the input ends.
void answer_lines(Service& service) {
  pin_this_thread(drain_cpu());
  for (std::string line; std::getline(std::cin, line);) {
    std::printf("%s\n", (line == "flush" ? service.flush() : service.counts()).c_str());
    std::fflush(stdout);
  }
}

int run(const std::string& directory) {
  (void)usable_cpus();
  Service service(directory);
  if (!service.problem().empty()) {
    std::printf("%s\n", service.problem().c_str());
    return 1;
  }
  pin_this_thread(writer_cpu());  // and the threads that it makes
  httplib::Server server;
  set_routes(server, service);
  const int port = server.bind_to_any_port("127.0.0.1");
  std::atomic<bool> has_ended = false;
  std::printf("%d\n", port);
  std::fflush(stdout);
  std::thread control([&service, &server, &has_ended] {
    answer_lines(service);
    // A server that does not listen yet is not stopped by stop().
    const auto patience_ends = std::chrono::steady_clock::now() + kPatience;
    while (!server.is_running() && !has_ended) {
      if (std::chrono::steady_clock::now() > patience_ends) {
        std::fputs("The service did not listen within 10 s of its start; it gives up.\n", stderr);
        std::_Exit(1);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    server.stop();
  });
  const bool listened = server.listen_after_bind();
  has_ended = true;
  control.join();
  return listened ? 0 : 1;
}

}  // namespace
}  // namespace nanospan::bench

int main(int argc, char** argv) {
  if (argc == 2) return nanospan::bench::run(argv[1]);
  std::fprintf(stderr, "Usage: %s DIRECTORY\n", argv[0]);
  return 2;
}
