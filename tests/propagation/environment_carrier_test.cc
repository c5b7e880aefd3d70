#include "nanospan/environment_carrier.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "nanospan/baggage.h"
#include "nanospan/propagator.h"

namespace nanospan {
namespace {

constexpr char kTraceparent[] = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

TEST(EnvironmentName, IsTheKeyMadeAVariable) {
  EXPECT_EQ(environment_name("traceparent"), "TRACEPARENT");
  EXPECT_EQ(environment_name("x-b3-traceid"), "X_B3_TRACEID");
  EXPECT_EQ(environment_name("Some.Key_1é"), "SOME_KEY_1__");
  EXPECT_EQ(environment_name("1st"), "_1ST");
  EXPECT_EQ(environment_name(""), "_");
}

TEST(ProcessEnvironment, IsReadByThoseNamesAlone) {
  setenv("traceparent", kTraceparent, 1);
  EXPECT_FALSE(trace_context_propagator()->extract(ProcessEnvironment(), {}).has_span());
  setenv("TRACEPARENT", kTraceparent, 1);
  setenv("BAGGAGE", "a=1", 1);
  const PropagatorPtr both =
      composite_propagator({trace_context_propagator(), baggage_propagator()});
  const Context context = both->extract(ProcessEnvironment(), {});
  EXPECT_EQ(context.span_context().span_id.value, 0x00f067aa0ba902b7u);
  EXPECT_EQ(baggage_of(context).get("a"), "1");
  for (const char* const name : {"traceparent", "TRACEPARENT", "BAGGAGE"}) unsetenv(name);
}

TEST(EnvironmentCarrier, IsTheProcesssWithAnotherContext) {
  setenv("NANOSPAN_TEST_KEPT", "yes", 1);
  setenv("TRACESTATE", "of=another", 1);
  auto environment = EnvironmentCarrier::of_process();
  unsetenv("TRACESTATE");
  const Context context(SpanContext{{1, 2}, {3}, {1}, false});
  trace_context_propagator()->inject(context, environment);
  trace_context_propagator()->inject(context, environment);

  EXPECT_STREQ(environment.get("nanospan_test_kept"), "yes");
  EXPECT_EQ(environment.get("tracestate"), nullptr);
  int traceparents = 0;
  std::vector<char*> pointers = environment.envp();
  ASSERT_EQ(pointers.size(), environment.variables().size() + 1);
  EXPECT_EQ(pointers.back(), nullptr);
  pointers.pop_back();
  for (const char* const variable : pointers)
    traceparents += std::string_view(variable) ==
                    "TRACEPARENT=00-00000000000000010000000000000002-0000000000000003-01";
  EXPECT_EQ(traceparents, 1);
  EXPECT_EQ(trace_context_propagator()->extract(environment, {}).span_context().span_id.value, 3u);
  EXPECT_EQ(std::getenv("TRACEPARENT"), nullptr);
}

TEST(EnvironmentCarrier, ValuesAreOpaque) {
  EnvironmentCarrier environment;
  environment.set("a", "x=y z");
  environment.set("ab", std::string_view("cut\0off", 7));
  EXPECT_STREQ(environment.get("A"), "x=y z");
  EXPECT_STREQ(environment.get("ab"), "cut");
  environment.erase("a");
  EXPECT_EQ(environment.get("a"), nullptr);
  EXPECT_EQ(environment.variables(), (std::vector<std::string>{"AB=cut"}));
}

}  // namespace
}  // namespace nanospan
