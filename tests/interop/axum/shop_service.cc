// A service of ours for the test, in front of the Axum service and behind it.
//
//   shop_service [URL]     GET /items/<number>: asks URL the same, or answers with the headers of
//                          its request that carry context
//
// Prints its port, ends with its input; the name is OTEL_SERVICE_NAME's.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "nanospan/middleware/httplib.h"
#include "nanospan/nanospan.h"

namespace {

void tell_context(const httplib::Request& request, httplib::Response& response) {
  nlohmann::json headers;
  for (const std::string_view field : nanospan::global_propagator().fields()) {
    const std::string name(field);
    headers[name] = request.get_header_value(name.c_str());
  }
  response.set_content(headers.dump(), "application/json");
}

void ask(const std::string& next, const httplib::Request& request, httplib::Response& response) {
  const httplib::Result answer = nanospan::TracedClient(next).Get(request.path);
  response.status = answer ? answer->status : 502;
  if (answer) response.set_content(answer->body, "application/json");
}

}  // namespace

int main(int argc, char** argv) {
  const auto recorder = nanospan::Recorder::start();
  if (!recorder) {
    std::fprintf(stderr, "untraced: %s\n", recorder.error().c_str());
    return 1;
  }
  httplib::Server server;
  server.set_tcp_nodelay(true);  // or the body waits 40 ms behind the headers, for their receipt
  const std::string next = argc > 1 ? argv[1] : "";
  const auto serve = [&next](const httplib::Request& request, httplib::Response& response) {
    next.empty() ? tell_context(request, response) : ask(next, request, response);
  };
  server.Get(R"(/items/\d+)", nanospan::traced("/items/{id}", serve));
  const int port = server.bind_to_any_port("127.0.0.1");
  if (port < 0) return 1;
  std::printf("%d\n", port);
  std::fflush(stdout);
  std::thread listener([&server] { server.listen_after_bind(); });
  while (std::getchar() != EOF) {
  }
  server.stop();
  listener.join();
  return 0;
}
