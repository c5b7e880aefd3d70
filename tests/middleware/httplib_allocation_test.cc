// A request costs no memory of ours, on either side.
#include <gtest/gtest.h>

#include <string>

#include "nanospan/middleware/httplib.h"
#include "support/counted_malloc.h"
#include "support/recording.h"

namespace nanospan {
namespace {

TEST(HttplibAllocations, ATracedHandlerHasNone) {
  if (!test::kCountsMalloc) GTEST_SKIP() << test::kWhyNotCounted;
  test::Recording recording;
  auto handler = traced("/tasks/{id}", [](const auto&, auto&) {});
  httplib::Request request;
  request.method = "GET";
  request.target = "/tasks/7?owner=somebody-with-a-long-name&sig=0123456789";
  request.version = "HTTP/1.1";
  request.remote_addr = "127.0.0.1";
  request.headers = {{"Host", "tasks.example.org:8080"},
                     {"User-Agent", "an agent with a long name/1.0"},
                     {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"}};
  httplib::Response response;
  const auto answer = [&] { handler(request, response); };
  answer();  // the thread's first span, a callsite's registration
  EXPECT_EQ(test::allocations_of(answer), 0);
  EXPECT_EQ(recording.spans("GET /tasks/{id}").size(), 2u);
}

TEST(HttplibAllocations, AClientsSpanHasNone) {
  if (!test::kCountsMalloc) GTEST_SKIP() << test::kWhyNotCounted;
  test::Recording recording;
  const auto ask = [] {
    detail::HttpClientSpan span({.method = "GET",
                                 .server = {"tasks.example.org", 8080},
                                 .target = "/tasks/7?owner=somebody-with-a-long-name&sig=012345",
                                 .url_template = "/tasks/{id}",
                                 .resend_count = 1});
    span.answer(200, "HTTP/1.1");
  };
  ask();
  EXPECT_EQ(test::allocations_of(ask), 0);
  EXPECT_EQ(recording.spans("GET /tasks/{id}").size(), 2u);
}

}  // namespace
}  // namespace nanospan
