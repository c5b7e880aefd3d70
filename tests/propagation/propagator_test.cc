#include "nanospan/propagator.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "nanospan/baggage.h"
#include "nanospan/propagation.h"

namespace nanospan {
namespace {

const Context kContext = with_baggage(
    Context(SpanContext{{0x0af7651916cd43dd, 0x8448eb211c80319c}, {0x00f067aa0ba902b7}, {1}, false},
            "foo=1"),
    Baggage().set("a", "1"));

// Headers as an HTTP library keeps them: in order, repeated, and of any case.
class HeaderList {
 public:
  void set(std::string_view key, std::string_view value) {
    erase(key);
    headers_.emplace_back(key, value);
  }
  void erase(std::string_view key) {
    std::erase_if(headers_, [key](const auto& header) { return header.first == key; });
  }
  template <typename F>
  void for_each_value(std::string_view key, F&& visit) const {
    for (const auto& [name, value] : headers_) {
      if (name == key) visit(value);
    }
  }

 private:
  std::vector<std::pair<std::string, std::string>> headers_;
};

// get() returns text that is gone after the expression.
struct Temporary {
  std::map<std::string, std::string> headers;
  void set(std::string_view key, std::string_view value) { headers[std::string(key)] = value; }
  [[nodiscard]] std::optional<std::string> get(std::string_view key) const {
    const auto found = headers.find(std::string(key));
    if (found == headers.end()) return std::nullopt;
    return found->second;
  }
};

template <typename C>
class AnyCarrier : public testing::Test {};
using Carriers = testing::Types<std::map<std::string, std::string>,
                                std::map<std::string, std::string, std::less<>>,
                                std::unordered_map<std::string, std::string>,
                                std::multimap<std::string, std::string>, HeaderList, Temporary>;
TYPED_TEST_SUITE(AnyCarrier, Carriers);

TYPED_TEST(AnyCarrier, TakesAContextThroughEveryFormatAndGivesItBack) {
  const PropagatorPtr all =
      composite_propagator({trace_context_propagator(), baggage_propagator(), b3_propagator(),
                            b3_propagator(B3Format::kMulti), xray_propagator()});
  TypeParam carrier;
  all->inject(kContext, carrier);
  all->inject(kContext, carrier);
  for (const PropagatorPtr& part :
       {trace_context_propagator(), b3_propagator(), xray_propagator()}) {
    const SpanContext span = part->extract(carrier, Context::root()).span_context();
    EXPECT_EQ(span.trace_id, kContext.span_context().trace_id);
    EXPECT_EQ(span.span_id, kContext.span_context().span_id);
    EXPECT_TRUE(span.flags.sampled());
    EXPECT_TRUE(span.is_remote);
  }
  EXPECT_EQ(extract(carrier).tracestate(), "foo=1");
  EXPECT_EQ(baggage_of(baggage_propagator()->extract(carrier, Context::root())).header(), "a=1");
}

using Headers = std::map<std::string, std::string>;

TEST(Composite, WhoExtractsLaterHasTheLastWord) {
  const Headers headers{{"traceparent", "00-00000000000000000000000000000001-0000000000000001-01"},
                        {"b3", "0000000000000002-0000000000000002-1"}};
  const auto trace_of = [&](std::vector<PropagatorPtr> parts) {
    return composite_propagator(std::move(parts))
        ->extract(headers, Context::root())
        .span_context()
        .trace_id.low;
  };
  EXPECT_EQ(trace_of({trace_context_propagator(), b3_propagator()}), 2u);
  EXPECT_EQ(trace_of({b3_propagator(), trace_context_propagator()}), 1u);
  EXPECT_EQ(trace_of({b3_propagator(), nullptr, xray_propagator()}), 2u);
  EXPECT_EQ(trace_of({}), 0u);
}

TEST(Composite, NamesEachFieldOnce) {
  const PropagatorPtr all = composite_propagator(
      {trace_context_propagator(), b3_propagator(), trace_context_propagator()});
  const auto fields = all->fields();
  EXPECT_EQ(std::vector<std::string>(fields.begin(), fields.end()),
            (std::vector<std::string>{"traceparent", "tracestate", "b3"}));
}

TEST(Propagators, WriteOnlyTheFieldsThatTheyName) {
  for (const PropagatorPtr& propagator :
       {trace_context_propagator(), baggage_propagator(), b3_propagator(),
        b3_propagator(B3Format::kMulti), xray_propagator(), jaeger_propagator()}) {
    Headers headers;
    propagator->inject(kContext, headers);
    for (const std::string_view field : propagator->fields()) headers.erase(std::string(field));
    EXPECT_TRUE(headers.empty()) << headers.begin()->first;
  }
}

TEST(Propagators, KeepWhatTheyFindNothingFor) {
  for (const PropagatorPtr& propagator :
       {trace_context_propagator(), baggage_propagator(), b3_propagator(),
        b3_propagator(B3Format::kMulti), xray_propagator(), jaeger_propagator()}) {
    const Context after = propagator->extract(Headers{}, kContext);
    EXPECT_EQ(after.span_context(), kContext.span_context());
    EXPECT_EQ(after.tracestate(), kContext.tracestate());
    EXPECT_EQ(baggage_of(after), baggage_of(kContext));
  }
}

TEST(Propagators, ASpanThatIsExtractedKeepsTheContextsValues) {
  const Headers headers{{"traceparent", "00-00000000000000000000000000000001-0000000000000001-01"}};
  const Context after = trace_context_propagator()->extract(headers, kContext);
  EXPECT_EQ(after.span_context().trace_id.low, 1u);
  EXPECT_EQ(after.tracestate(), "");
  EXPECT_EQ(baggage_of(after).get("a"), "1");
}

}  // namespace
}  // namespace nanospan
