// A traced handler's span: its name, its attributes, its parent, what it makes current.
#include <gtest/gtest.h>

#include <stdexcept>
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

class HttplibServer : public testing::Test {
 protected:
  // The server's spans are there when it has stopped.
  std::vector<SpanData> spans() {
    server_.stop();
    return recording_.spans();
  }
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

}  // namespace
}  // namespace nanospan
