// The middleware that exporters/middleware/README.md writes, word for word.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "middleware/attributes.h"
#include "middleware/rpc.h"
#include "support/recording.h"

// [own middleware]
#include "nanospan/nanospan.h"
#include "nanospan/propagator.h"

template <typename Entries>  // pairs of text, which are a carrier of contexts with these three
struct Metadata {
  Entries& entries;
  void erase(std::string_view key) {
    std::erase_if(entries, [key](const auto& entry) { return entry.first == key; });
  }
  void set(std::string_view key, std::string_view value) {
    erase(key);
    entries.emplace_back(key, value);
  }
  void for_each_value(std::string_view key, auto&& visit) const {
    for (const auto& [name, value] : entries)
      if (name == key) visit(std::string_view(value));
  }
};
rpc::Reply run(nanospan::ScopedSpan& span, const rpc::Call& call, const rpc::Handler& next) {
  span.update_name(call.method);  // one of few: never what makes one request differ from another
  rpc::Reply reply = next(call);  // what it throws makes the span an error
  NANOSPAN_ATTRIBUTE(span, "rpc.response.status_code", std::to_string(reply.code));
  if (reply.code != 0) span.set_status(nanospan::StatusCode::kError);
  return reply;
}
rpc::Handler traced(rpc::Handler handler) {  // who answers
  return [handler = std::move(handler)](const rpc::Call& call) {
    const Metadata<const decltype(call.metadata)> carrier{call.metadata};
    const nanospan::ContextScope caller(
        nanospan::global_propagator().extract(carrier, nanospan::Context::root()));
    NANOSPAN_SCOPE(span, "rpc", {.kind = nanospan::SpanKind::kServer});
    return run(span, call, handler);
  };
}
rpc::Reply send_traced(const rpc::Channel& channel, rpc::Call call) {  // who asks
  NANOSPAN_SCOPE(span, "rpc", {.kind = nanospan::SpanKind::kClient});
  Metadata<decltype(call.metadata)> carrier{call.metadata};
  nanospan::global_propagator().inject(nanospan::current_context(), carrier);
  return run(span, call, [&channel](const rpc::Call& it) { return channel.send(it); });
}
// [own middleware]

namespace nanospan {
namespace {

std::string text_of(const char* file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(OwnMiddleware, IsTheGuidesWordForWordAndOf40Lines) {
  const std::string source = text_of(OWN_MIDDLEWARE), mark = "// [own middleware]\n";
  const std::size_t begin = source.find(mark) + mark.size();
  const std::string code = source.substr(begin, source.find(mark, begin) - begin);
  EXPECT_NE(text_of(GUIDE).find("```cpp\n" + code + "```"), std::string::npos);
  EXPECT_LE(std::count(code.begin(), code.end(), '\n'), 40);
}

TEST(OwnMiddleware, JoinsWhoAsksAndWhoAnswers) {
  test::Recording recording;
  rpc::Server server;
  server.add("tasks/list", traced([](const rpc::Call&) { return rpc::Reply{}; }));
  server.add("tasks/add", traced([](const rpc::Call&) { return rpc::Reply{7, "no room"}; }));
  const rpc::Channel channel(server);
  EXPECT_EQ(send_traced(channel, {"tasks/list", {{"traceparent", "of another"}}, ""}).code, 0);
  EXPECT_EQ(send_traced(channel, {"tasks/add", {}, "weed"}).code, 7);
  const std::vector<SpanData> list = recording.spans("tasks/list");
  ASSERT_EQ(list.size(), 2u);  // a child ends before its parent
  EXPECT_EQ(list[0].kind, SpanKind::kServer);
  EXPECT_EQ(list[1].kind, SpanKind::kClient);
  EXPECT_EQ(list[0].parent_span_id, list[1].span_id);
  EXPECT_TRUE(list[0].parent_is_remote);
  for (const SpanData& span : recording.spans("tasks/add")) {
    EXPECT_EQ(span.status_code, StatusCode::kError);
    EXPECT_EQ(test::value_of(span, "rpc.response.status_code"), "7");
  }
}

TEST(OwnMiddleware, AnExceptionMakesBothErrors) {
  test::Recording recording;
  rpc::Server server;
  server.add("tasks/list", traced([](const rpc::Call&) -> rpc::Reply {
               throw std::runtime_error("the list is lost");
             }));
  EXPECT_THROW(send_traced(rpc::Channel(server), {"tasks/list", {}, ""}), std::runtime_error);
  const std::vector<SpanData> spans = recording.spans("tasks/list");
  ASSERT_EQ(spans.size(), 2u);
  for (const SpanData& span : spans) EXPECT_EQ(span.status_code, StatusCode::kError);
}

}  // namespace
}  // namespace nanospan
