// The service that the W3C validation suite talks to (README.md beside this file).
//
//   trace_context_service [port]      127.0.0.1, 5000 unless told; 0: a free one, which is printed
//
// POST of [{"url": …, "arguments": […]}, …]: for each element a POST of `arguments` to `url`, with
// the context of a span of its own, below that of the request. Ends on SIGINT and SIGTERM.
#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "nanospan/middleware/httplib.h"
#include "nanospan/nanospan.h"

namespace {

using nlohmann::json;

// "http://host:port/path" in two; neither is checked here, the client refuses what it can't use.
struct Url {
  std::string host, path;
  explicit Url(const std::string& url) {
    const std::size_t scheme = url.find("://");
    const std::size_t slash = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
    host = url.substr(0, slash);
    path = slash == std::string::npos ? "/" : url.substr(slash);
  }
};

bool call(const json& element) {
  const Url url(element.at("url").get<std::string>());
  nanospan::TracedClient client(url.host);
  client.set_read_timeout(5);
  const json arguments = element.value("arguments", json::array());
  return bool(client.Post(url.path, arguments.dump(), "application/json"));
}

void serve(const httplib::Request& request, httplib::Response& response) {
  const json elements = json::parse(request.body, nullptr, false);
  if (!elements.is_array()) {
    response.status = 400;
    return;
  }
  json answers = json::array();
  for (const json& element : elements.get_ref<const json::array_t&>()) {
    if (!element.is_object() || !element.contains("url") || !element["url"].is_string()) {
      response.status = 400;
      return;
    }
    answers.push_back(call(element));
  }
  response.set_content(answers.dump(), "application/json");
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // of the threads that follow too

  const auto recorder = nanospan::Recorder::start({.service_name = "trace-context-service"});
  if (!recorder) std::fprintf(stderr, "untraced: %s\n", recorder.error().c_str());
  httplib::Server server;
  server.Post(".*", nanospan::traced("", serve));
  int port = argc > 1 ? std::atoi(argv[1]) : 5000;
  if (port == 0)
    port = server.bind_to_any_port("127.0.0.1");
  else if (!server.bind_to_port("127.0.0.1", port))
    port = -1;
  if (port < 0) {
    std::fprintf(stderr, "can't listen on 127.0.0.1; give the number of a free port\n");
    return 1;
  }
  std::printf("listening on http://127.0.0.1:%d/test\n", port);
  std::fflush(stdout);
  std::thread listener([&server] { server.listen_after_bind(); });
  int signal = 0;
  sigwait(&ends, &signal);
  server.stop();
  listener.join();
  return 0;
}
