// A traced client's span, and that the server's is its child.
#include <gtest/gtest.h>

#include <string>

#include "middleware/attributes.h"
#include "middleware/running_server.h"
#include "nanospan/middleware/httplib.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::value_of;

TEST(HttplibClient, TheServersSpanIsItsChild) {
  test::Recording recording;
  test::RunningServer server;
  server->Get("/tasks", traced("/tasks", [](const auto&, auto&) {}));
  server.start();
  {
    NANOSPAN_SCOPE(outer, "outer");
    TracedClient client(server.address());
    ASSERT_TRUE(client.Get({"/tasks?limit=5", {.url_template = "/tasks"}}));
  }
  server.stop();
  EXPECT_EQ(recording.spans().size(), 3u);
  const std::vector<SpanData> both = recording.spans("GET /tasks");
  ASSERT_EQ(both.size(), 2u);
  const SpanData& server_span = both[0].kind == SpanKind::kServer ? both[0] : both[1];
  const SpanData& client_span = both[0].kind == SpanKind::kClient ? both[0] : both[1];
  EXPECT_EQ(server_span.parent_span_id, client_span.span_id);
  EXPECT_EQ(server_span.trace_id, client_span.trace_id);
  EXPECT_TRUE(server_span.parent_is_remote);
  EXPECT_EQ(client_span.parent_span_id, recording.span("outer").span_id);
  const std::string port = std::to_string(server.port());
  EXPECT_EQ(test::shown(client_span.attributes),
            R"(http.request.method="GET" server.address="127.0.0.1" server.port=)" + port +
                R"( url.full="http://127.0.0.1:)" + port +
                R"(/tasks?limit=5" url.template="/tasks" network.protocol.version="1.1")"
                " http.response.status_code=200");
}

}  // namespace
}  // namespace nanospan
