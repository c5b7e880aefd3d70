// A traced handler's span: its name, its attributes, its parent, what it makes current.
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

#include "middleware/attributes.h"
#include "middleware/running_server.h"
#include "nanospan/baggage.h"
#include "nanospan/middleware/httplib.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::value_of;

void answer_nothing(const httplib::Request&, httplib::Response&) {}

class HttplibServer : public testing::Test {
 protected:
  // The only one of its name; the server's spans are there when it has stopped.
  SpanData span(std::string_view name) {
    server_.stop();
    return recording_.span(name);
  }
  httplib::Result get(const std::string& path, const httplib::Headers& headers = {}) {
    return httplib::Client(server_.address()).Get(path, headers);
  }

  test::Recording recording_;
  test::RunningServer server_;
};

TEST_F(HttplibServer, SaysOfARequestWhatTheConventionsAskFor) {
  server_->Get(R"(/tasks/(\d+))", traced("/tasks/{id}", [](const auto& request, auto& response) {
                 response.set_content(request.matches[1].str(), "text/plain");
               }));
  server_.start();
  const httplib::Result answer = get("/tasks/7?owner=ann", {{"User-Agent", "test/1"}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "7");
  const SpanData span = this->span("GET /tasks/{id}");
  EXPECT_EQ(span.kind, SpanKind::kServer);
  EXPECT_EQ(span.status_code, StatusCode::kUnset);
  EXPECT_FALSE(span.parent_span_id.is_valid());
  EXPECT_EQ(span.callsite.scope_name, "nanospan.httplib");
  EXPECT_EQ(
      test::shown(span.attributes),
      R"(http.request.method="GET" http.route="/tasks/{id}" url.scheme="http")"
      R"( url.path="/tasks/7" url.query="owner=ann" server.address="127.0.0.1" server.port=)" +
          std::to_string(server_.port()) +
          R"( client.address="127.0.0.1" user_agent.original="test/1")"
          R"( network.protocol.version="1.1" http.response.status_code=200)");
}

TEST_F(HttplibServer, TheCallerIsTheParentAndItsBaggageIsThere) {
  std::string tenant;
  server_->Get("/", traced("/", [&tenant](const auto&, auto&) {
                 NANOSPAN_SCOPE(inner, "inner");
                 tenant = current_baggage().get("tenant").value_or("none");
               }));
  server_.start();
  ASSERT_TRUE(get("/", {{"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"},
                        {"tracestate", "vendor=1"},
                        {"baggage", "tenant=acme"}}));
  const SpanData span = this->span("GET /");
  EXPECT_EQ(span.trace_id.to_hex(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(span.parent_span_id.to_hex(), "00f067aa0ba902b7");
  EXPECT_TRUE(span.parent_is_remote);
  EXPECT_EQ(span.tracestate, "vendor=1");
  EXPECT_EQ(recording_.span("inner").parent_span_id, span.span_id);
  EXPECT_EQ(tenant, "acme");
}

TEST_F(HttplibServer, WhatIsCurrentOnTheThreadIsNotTheParent) {
  auto handler = traced("/", answer_nothing);
  NANOSPAN_SCOPE(around, "around");
  httplib::Request request;
  request.method = "GET";
  request.target = "/";
  httplib::Response response;
  handler(request, response);
  EXPECT_FALSE(recording_.span("GET /").parent_span_id.is_valid());
  EXPECT_EQ(current_context().span_context().span_id, around.context().span_id);
}

TEST_F(HttplibServer, AnAnswerOf500IsAnErrorAndOneOf404IsNone) {
  server_->Get("/500", traced("/500", [](const auto&, auto& response) { response.status = 503; }));
  server_->Get("/404", traced("/404", [](const auto&, auto& response) { response.status = 404; }));
  server_.start();
  ASSERT_TRUE(get("/500"));
  ASSERT_TRUE(get("/404"));
  const SpanData failed = span("GET /500");
  EXPECT_EQ(failed.status_code, StatusCode::kError);
  EXPECT_EQ(value_of(failed, "http.response.status_code"), "503");
  EXPECT_EQ(value_of(failed, "error.type"), "503");
  const SpanData missed = span("GET /404");
  EXPECT_EQ(missed.status_code, StatusCode::kUnset);
  EXPECT_EQ(value_of(missed, "http.response.status_code"), "404");
  EXPECT_EQ(value_of(missed, "error.type"), "none");
}

TEST_F(HttplibServer, AnExceptionIsRecordedAndThrownOn) {
  server_->Get("/known", traced("/known", [](const auto&, auto&) {
                 throw std::invalid_argument("no such task");
               }));
  server_->Get("/unknown", traced("/unknown", [](const auto&, auto&) { throw 7; }));
  server_.start();
  const httplib::Result answer = get("/known");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500);
  EXPECT_EQ(answer->get_header_value("EXCEPTION_WHAT"), "no such task");
  ASSERT_TRUE(get("/unknown"));
  const SpanData known = span("GET /known");
  EXPECT_EQ(known.status_code, StatusCode::kError);
  EXPECT_EQ(known.status_text, "no such task");
  EXPECT_EQ(value_of(known, "error.type"), "std::invalid_argument");
  EXPECT_EQ(value_of(known, "http.response.status_code"), "500");
  ASSERT_EQ(known.events.size(), 1u);
  EXPECT_EQ(known.events[0].name, "exception");
  const SpanData unknown = span("GET /unknown");
  EXPECT_EQ(unknown.status_code, StatusCode::kError);
  EXPECT_EQ(value_of(unknown, "error.type"), "int");
}

TEST_F(HttplibServer, WhatNoRouteMatchesHasTheMethodAsItsName) {
  server_->Get("/known", traced("/known", answer_nothing));
  server_->Get(".*", traced("", [](const auto&, auto& response) { response.status = 404; }));
  server_.start();
  for (const char* path : {"/a", "/b/1", "/b/2"}) EXPECT_EQ(get(path)->status, 404);
  server_.stop();
  std::multiset<std::string> paths;
  for (const SpanData& span : recording_.spans("GET")) {
    EXPECT_EQ(value_of(span, "http.route"), "none");
    paths.insert(value_of(span, "url.path"));
  }
  EXPECT_EQ(paths, (std::multiset<std::string>{"/a", "/b/1", "/b/2"}));
}

TEST_F(HttplibServer, AMethodThatTheConventionsDoNotKnowIsOther) {
  auto handler = traced("/tasks", answer_nothing);
  httplib::Request request;
  request.method = "PRI";
  request.target = "/tasks";
  httplib::Response response;
  handler(request, response);
  const SpanData span = this->span("HTTP /tasks");
  EXPECT_EQ(value_of(span, "http.request.method"), "_OTHER");
  EXPECT_EQ(value_of(span, "http.request.method_original"), "PRI");
}

TEST_F(HttplibServer, SecretsOfSignedUrlsAreHidden) {
  server_->Get("/file", traced("/file", answer_nothing));
  server_.start();
  ASSERT_TRUE(get("/file?name=a&sig=abc&Signature=&sigma=1"));
  EXPECT_EQ(value_of(span("GET /file"), "url.query"),
            "name=a&sig=REDACTED&Signature=REDACTED&sigma=1");
}

TEST_F(HttplibServer, AHandlerThatReadsTheBodyItselfIsTracedToo) {
  server_->Post("/upload",
                traced("/upload", [](const httplib::Request&, httplib::Response& response,
                                     const httplib::ContentReader& read) {
                  std::string body;
                  read([&body](const char* data, std::size_t bytes) {
                    body.append(data, bytes);
                    return true;
                  });
                  response.set_content(body, "text/plain");
                }));
  server_.start();
  const httplib::Result answer =
      httplib::Client(server_.address()).Post("/upload", "hello", "text/plain");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(value_of(span("POST /upload"), "http.response.status_code"), "200");
}

TEST_F(HttplibServer, ACallsiteNamesThePlaceOfTheRoute) {
  const unsigned line = __LINE__ + 1;
  server_->Get("/", traced("/", answer_nothing));
  server_.start();
  ASSERT_TRUE(get("/"));
  const SpanData span = this->span("GET /");
  EXPECT_EQ(span.callsite.file, __FILE__);
  EXPECT_EQ(span.callsite.line, line);
}

TEST(HttpHost, IsSplitFromItsPort) {
  const auto shown = [](std::string_view untrusted) {
    const detail::HttpHost host = detail::parse_http_host(untrusted);
    return std::string(host.address) + " " + std::to_string(host.port);
  };
  EXPECT_EQ(shown("example.org"), "example.org 0");
  EXPECT_EQ(shown("example.org:8080"), "example.org 8080");
  EXPECT_EQ(shown("example.org:8080/path:1"), "example.org 8080");
  EXPECT_EQ(shown("[::1]:80"), "::1 80");
  EXPECT_EQ(shown("[::1]"), "::1 0");
  EXPECT_EQ(shown("[::1"), " 0");
  EXPECT_EQ(shown(""), " 0");
  for (const char* bad : {"a:", "a:0", "a:65536", "a:-1", "a:8x", "a:99999999999"})
    EXPECT_EQ(shown(bad), "a 0") << bad;
}

}  // namespace
}  // namespace nanospan
