// A service of ours for the test, in front of the Axum service and behind it.
//
//   shop_service [URL]     GET of anything: asks the same of URL, or answers with its headers
//
// Prints its port, ends with its input; the name is OTEL_SERVICE_NAME's.
#include <httplib.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "nanospan/nanospan.h"
#include "nanospan/propagator.h"

namespace {

httplib::Result ask(const std::string& host, const std::string& path) {
  NANOSPAN_SCOPE(span, "GET", {.kind = nanospan::SpanKind::kClient});
  httplib::Headers headers;
  nanospan::global_propagator().inject(nanospan::current_context(), headers);
  httplib::Client client(host);
  httplib::Result answer = client.Get(path, headers);
  if (!answer || answer->status >= 400) span.set_status(nanospan::StatusCode::kError);
  return answer;
}

// The headers in which a context came: what the caller's propagator made of it.
std::string context_of(const httplib::Request& request) {
  nlohmann::json headers;
  for (const std::string_view key : nanospan::global_propagator().fields())
    headers[std::string(key)] = request.get_header_value(std::string(key).c_str());
  return headers.dump();
}

void serve(const httplib::Request& request, httplib::Response& response, const std::string& next) {
  const nanospan::ContextScope caller(
      nanospan::global_propagator().extract(request.headers, nanospan::Context::root()));
  NANOSPAN_SCOPE(span, "GET /items/{id}", {.kind = nanospan::SpanKind::kServer});
  if (next.empty()) {
    response.set_content(context_of(request), "application/json");
    return;
  }
  const httplib::Result answer = ask(next, request.path);
  response.status = answer ? answer->status : 502;
  if (answer) response.set_content(answer->body, "application/json");
  if (response.status >= 500) span.set_status(nanospan::StatusCode::kError);
}

}  // namespace

int main(int argc, char** argv) {
  const auto recorder = nanospan::Recorder::start();
  if (!recorder) {
    std::fprintf(stderr, "untraced: %s\n", recorder.error().c_str());
    return 1;
  }
  const std::string next = argc > 1 ? argv[1] : "";
  httplib::Server server;
  server.Get(".*", [&next](const httplib::Request& request, httplib::Response& response) {
    serve(request, response, next);
  });
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
