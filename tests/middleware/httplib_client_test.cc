// A traced client's span, and that the server's is its child.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "middleware/attributes.h"
#include "middleware/running_server.h"
#include "nanospan/baggage.h"
#include "nanospan/middleware/httplib.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::value_of;

SpanData of_kind(const std::vector<SpanData>& spans, SpanKind kind) {
  for (const SpanData& span : spans)
    if (span.kind == kind) return span;
  ADD_FAILURE() << "no span of that kind among " << spans.size();
  return {};
}

// A port of this machine that is taken, so that no other program gets it, and refuses connections.
class RefusingPort {
 public:
  RefusingPort() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof(address);
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), bytes), 0);
    EXPECT_EQ(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &bytes), 0);
    number_ = ntohs(address.sin_port);
  }
  ~RefusingPort() { close(socket_); }
  RefusingPort(const RefusingPort&) = delete;
  RefusingPort& operator=(const RefusingPort&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int socket_;
  int number_ = 0;
};

TEST(HttplibClient, TheServersSpanIsItsChild) {
  test::Recording recording;
  test::RunningServer server;
  std::string tenant;
  server->Get("/tasks", traced("/tasks", [&tenant](const auto&, auto&) {
                tenant = current_baggage().get("tenant").value_or("none");
              }));
  server.start();
  {
    const BaggageScope baggage(Baggage().set("tenant", "acme"));
    NANOSPAN_SCOPE(outer, "outer");
    TracedClient client(server.address());
    ASSERT_TRUE(client.Get({"/tasks?limit=5", {.url_template = "/tasks"}}));
  }
  server.stop();
  EXPECT_EQ(tenant, "acme");
  EXPECT_EQ(recording.spans().size(), 3u);
  const std::vector<SpanData> both = recording.spans("GET /tasks");
  ASSERT_EQ(both.size(), 2u);
  const SpanData server_span = of_kind(both, SpanKind::kServer);
  const SpanData client_span = of_kind(both, SpanKind::kClient);
  EXPECT_EQ(server_span.parent_span_id, client_span.span_id);
  EXPECT_EQ(server_span.trace_id, client_span.trace_id);
  EXPECT_TRUE(server_span.parent_is_remote);
  EXPECT_EQ(client_span.parent_span_id, recording.span("outer").span_id);
  EXPECT_EQ(client_span.status_code, StatusCode::kUnset);
  const std::string port = std::to_string(server.port());
  EXPECT_EQ(test::shown(client_span.attributes),
            R"(http.request.method="GET" server.address="127.0.0.1" server.port=)" + port +
                R"( url.full="http://127.0.0.1:)" + port +
                R"(/tasks?limit=5" url.template="/tasks" network.protocol.version="1.1")"
                " http.response.status_code=200");
}

TEST(HttplibClient, EveryMethodTakesWhatCppHttplibsDoes) {
  test::Recording recording;
  test::RunningServer server;
  const auto echo = [](const httplib::Request& request, httplib::Response& response) {
    EXPECT_EQ(request.get_header_value_count("traceparent"), 1u) << request.method;
    response.set_content(request.get_header_value("x-own") + request.body, "text/plain");
  };
  server->Get("/", echo).Post("/", echo).Put("/", echo).Patch("/", echo);
  server->Delete("/", echo).Options("/", echo);
  server.start();
  TracedClient client("127.0.0.1", server.port());
  client.set_tcp_nodelay(true);
  const std::string path = "/";
  const httplib::Headers own = {{"x-own", "1"}};
  std::string received;
  const auto receive = [&received](const char* data, std::size_t bytes) {
    received.append(data, bytes);
    return true;
  };
  EXPECT_EQ(client.Get(path)->body, "");
  EXPECT_EQ(client.Get("/", {{"x-own", "2"}})->body, "2");
  EXPECT_TRUE(client.Get("/", own, receive));
  EXPECT_EQ(received, "1");
  EXPECT_TRUE(client.Get("/", httplib::Params{{"a", "b"}}, own));
  EXPECT_TRUE(client.Head("/"));
  EXPECT_EQ(client.Post("/")->body, "");
  EXPECT_EQ(client.Post("/", "body", "text/plain")->body, "body");
  EXPECT_EQ(client.Post("/", own, "body", "text/plain")->body, "1body");
  EXPECT_TRUE(client.Post("/", httplib::Params{{"a", "b"}}));
  EXPECT_EQ(client.Put("/", "body", "text/plain")->body, "body");
  EXPECT_EQ(client.Patch("/", own, "body", "text/plain")->body, "1body");
  EXPECT_TRUE(client.Delete("/"));
  EXPECT_TRUE(client.Options("/"));
  httplib::Request request;
  request.method = "PUT";
  request.path = "/";
  request.headers = own;
  EXPECT_EQ(client.send(request)->body, "1");
  EXPECT_EQ(recording.spans("GET").size(), 4u);
  EXPECT_EQ(recording.spans("POST").size(), 4u);
  EXPECT_EQ(recording.spans("PUT").size(), 2u);
  for (const char* once : {"HEAD", "PATCH", "DELETE", "OPTIONS"})
    EXPECT_EQ(recording.spans(once).size(), 1u) << once;
}

TEST(HttplibClient, ARefusalOfTheServersIsAnError) {
  test::Recording recording;
  test::RunningServer server;
  server.start();
  TracedClient client(server.address());
  ASSERT_EQ(client.Get("/nowhere?token=1&sig=secret")->status, 404);
  const SpanData span = recording.span("GET");
  EXPECT_EQ(span.status_code, StatusCode::kError);
  EXPECT_EQ(value_of(span, "http.response.status_code"), "404");
  EXPECT_EQ(value_of(span, "error.type"), "404");
  EXPECT_EQ(value_of(span, "url.full"), server.address() + "/nowhere?token=1&sig=REDACTED");
}

TEST(HttplibClient, ARetryTellsItsNumberAndAFailedConnectionItsKind) {
  test::Recording recording;
  const RefusingPort port;
  TracedClient client("127.0.0.1", port.number());
  for (int sent = 0; sent < 2; ++sent)
    EXPECT_FALSE(client.Get({"/tasks/7", {.url_template = "/tasks/{id}", .resend_count = sent}}));
  const std::vector<SpanData> spans = recording.spans("GET /tasks/{id}");
  ASSERT_EQ(spans.size(), 2u);
  for (const SpanData& span : spans) {
    EXPECT_EQ(span.status_code, StatusCode::kError);
    EXPECT_EQ(value_of(span, "error.type"), "Connection");
    EXPECT_EQ(value_of(span, "http.response.status_code"), "none");
  }
  EXPECT_EQ(value_of(spans[0], "http.request.resend_count"), "none");
  EXPECT_EQ(value_of(spans[1], "http.request.resend_count"), "1");
}

TEST(HttplibClient, AUrlNamesThePortThatIsNotTheSchemesOwn) {
  test::Recording recording;
  const auto url_of = [&recording](const detail::HttpClientRequest& request) {
    recording.store().clear();
    { const detail::HttpClientSpan span(request); }
    return value_of(recording.spans().at(0), "url.full");
  };
  EXPECT_EQ(url_of({.method = "GET", .server = {"a.org", 80}, .target = "/x"}), "http://a.org/x");
  EXPECT_EQ(url_of({.method = "GET", .server = {"a.org", 0}, .is_secure = true, .target = "/x"}),
            "https://a.org/x");
  EXPECT_EQ(url_of({.method = "GET", .server = {"::1", 81}, .target = "/x"}), "http://[::1]:81/x");
  const std::string longest(5000, 'p');
  EXPECT_EQ(url_of({.method = "GET", .server = {"a.org", 0}, .target = longest}),
            "http://a.org" + longest);
}

TEST(HttplibClient, WithoutARecorderTheCallersContextTravelsOn) {
  test::RunningServer server;
  std::string traceparent;
  server->Get("/", [&traceparent](const auto& request, auto&) {
    traceparent = request.get_header_value("traceparent");
  });
  server.start();
  const Context caller(SpanContext{{1, 2}, {3}, {1}, false});
  const ContextScope scope(caller);
  ASSERT_TRUE(TracedClient(server.address()).Get("/"));
  EXPECT_EQ(traceparent, format_traceparent(caller.span_context()).view());
}

// cpp-httplib takes all of it for a host, and finds none.
TEST(HttplibClient, RecordsNoCredentialsOfItsAddress) {
  test::Recording recording;
  TracedClient client("http://user:secret@127.0.0.1:1");
  EXPECT_FALSE(client.Get("/"));
  const SpanData span = recording.span("GET");
  EXPECT_EQ(test::shown(span.attributes).find("secret"), std::string::npos);
  EXPECT_EQ(test::value_of(span, "server.address"), "127.0.0.1");
}

}  // namespace
}  // namespace nanospan
