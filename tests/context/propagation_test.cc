#include "nanospan/propagation.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace nanospan {
namespace {

constexpr std::string_view kTraceparent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
using Headers = std::map<std::string, std::string>;

Context example(std::string_view tracestate = {}) {
  return Context({{0x0af7651916cd43dd, 0x8448eb211c80319c}, {0x00f067aa0ba902b7}, {1}, false},
                 tracestate);
}

template <typename Map>
class MapCarrier : public testing::Test {};
using Maps =
    testing::Types<std::map<std::string, std::string>, std::unordered_map<std::string, std::string>,
                   std::multimap<std::string, std::string>,
                   std::unordered_multimap<std::string, std::string>>;
TYPED_TEST_SUITE(MapCarrier, Maps);

TYPED_TEST(MapCarrier, TakesAContextAndGivesItBackAsRemote) {
  TypeParam headers;
  inject(example("foo=1,bar=2"), headers);
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers.find("traceparent")->second, kTraceparent);
  EXPECT_EQ(headers.find("tracestate")->second, "foo=1,bar=2");

  const Context context = extract(headers);
  EXPECT_EQ(context.span_context().trace_id, example().span_context().trace_id);
  EXPECT_EQ(context.span_context().span_id, example().span_context().span_id);
  EXPECT_TRUE(context.span_context().is_remote);
  EXPECT_EQ(context.tracestate(), "foo=1,bar=2");
}

TYPED_TEST(MapCarrier, KeepsNothingOfATraceItCarriedBefore) {
  TypeParam headers;
  headers.emplace("traceparent", "00-11111111111111111111111111111111-1111111111111111-00");
  headers.emplace("tracestate", "old=1");
  inject(example(), headers);
  EXPECT_EQ(headers.size(), 1u);
  EXPECT_EQ(headers.find("traceparent")->second, kTraceparent);
}

TEST(Inject, WritesNothingWithoutASpan) {
  Headers headers;
  inject(Context::root(), headers);
  EXPECT_TRUE(headers.empty());
}

TEST(Inject, WritesNoTracestateThatIsNotValid) {
  Headers headers;
  inject(example("foo=1\r\nHost: elsewhere"), headers);
  EXPECT_EQ(headers, (Headers{{"traceparent", std::string(kTraceparent)}}));
}

TEST(Extract, WithoutAValidTraceparentGivesTheOtherContext) {
  const Context otherwise = example("mine=1");
  for (const Headers& headers : {Headers{}, Headers{{"tracestate", "foo=1"}},
                                 Headers{{"traceparent", "00-bad"}, {"tracestate", "foo=1"}}}) {
    EXPECT_FALSE(extract(headers).has_span());
    EXPECT_EQ(extract(headers).tracestate(), "");
    EXPECT_EQ(extract(headers, otherwise).span_context(), otherwise.span_context());
    EXPECT_EQ(extract(headers, otherwise).tracestate(), "mine=1");
  }
}

TEST(Extract, AnInvalidTracestateLeavesTheTraceparent) {
  const Headers headers{{"traceparent", std::string(kTraceparent)}, {"tracestate", "foo=1,=2"}};
  EXPECT_TRUE(extract(headers).has_span());
  EXPECT_EQ(extract(headers).tracestate(), "");
}

TEST(Extract, JoinsSeveralTracestatesInOrder) {
  std::multimap<std::string, std::string> headers;
  headers.emplace("traceparent", kTraceparent);
  headers.emplace("tracestate", "foo=1");
  headers.emplace("tracestate", "");
  headers.emplace("tracestate", "bar=2,baz=3");
  EXPECT_EQ(extract(headers).tracestate(), "foo=1,bar=2,baz=3");
}

TEST(Extract, TwoTraceparentsAreNone) {
  std::multimap<std::string, std::string> headers;
  headers.emplace("traceparent", kTraceparent);
  headers.emplace("traceparent", kTraceparent);
  EXPECT_FALSE(extract(headers).has_span());
}

// Carriers of a user's own, one for each thing that get() may return.
template <typename Found>
struct OwnCarrier {
  Headers headers;
  void set(std::string_view key, std::string_view value) {
    headers[std::string(key)] = std::string(value);
  }
  Found get(std::string_view key) const {
    const auto found = headers.find(std::string(key));
    return found == headers.end() ? Found{} : Found{found->second.c_str()};
  }
};

template <typename Carrier>
class GetAndSetCarrier : public testing::Test {};
using Carriers = testing::Types<OwnCarrier<std::string>, OwnCarrier<std::string_view>,
                                OwnCarrier<const char*>, OwnCarrier<std::optional<std::string>>>;
TYPED_TEST_SUITE(GetAndSetCarrier, Carriers);

TYPED_TEST(GetAndSetCarrier, TakesAContextAndGivesItBack) {
  TypeParam carrier;
  EXPECT_FALSE(extract(carrier).has_span());
  inject(example(), carrier);
  EXPECT_EQ(extract(carrier).span_context().span_id, example().span_context().span_id);
  EXPECT_EQ(extract(carrier).tracestate(), "");
  inject(example("foo=1"), carrier);
  EXPECT_EQ(extract(carrier).tracestate(), "foo=1");
}

}  // namespace
}  // namespace nanospan
