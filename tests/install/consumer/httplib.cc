// What a user of nanospan::httplib writes first; no server runs.
#include <nanospan/middleware/httplib.h>
#include <nanospan/nanospan.h>

int main() {
  auto recorder = nanospan::Recorder::start({.service_name = "x"});
  if (!recorder) return 1;
  auto handler = nanospan::traced(
      "/work", [](const httplib::Request&, httplib::Response&) { NANOSPAN_SCOPE(span, "work"); });
  httplib::Server server;
  server.Get("/work", handler);
  httplib::Response response;
  handler(httplib::Request(), response);
  nanospan::TracedClient client("localhost", 80);
}
