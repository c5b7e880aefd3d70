#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "nanospan/baggage.h"
#include "nanospan/propagator.h"
#include "support/log_lines.h"

namespace nanospan {
namespace {

using Headers = std::map<std::string, std::string>;

// The fields of what OTEL_PROPAGATORS names so, joined by blanks; nullptr: it is unset.
std::string fields_of(const char* value) {
  if (value == nullptr)
    unsetenv("OTEL_PROPAGATORS");
  else
    setenv("OTEL_PROPAGATORS", value, 1);
  std::string fields;
  const PropagatorPtr propagator = propagator_from_environment();
  for (const std::string_view field : propagator->fields())
    fields.append(fields.empty() ? "" : " ").append(field);
  unsetenv("OTEL_PROPAGATORS");
  return fields;
}

TEST(PropagatorFromEnvironment, IsW3cUnlessSaidOtherwise) {
  EXPECT_EQ(fields_of(nullptr), "traceparent tracestate baggage");
  EXPECT_EQ(fields_of(""), "traceparent tracestate baggage");
  EXPECT_EQ(fields_of(" "), "traceparent tracestate baggage");
  EXPECT_EQ(fields_of(" , "), "traceparent tracestate baggage");
}

TEST(PropagatorFromEnvironment, TakesEachThatIsNamedOnceAndInOrder) {
  const test::LogLines log;
  EXPECT_EQ(fields_of("b3"), "b3");
  EXPECT_EQ(fields_of("baggage, TraceContext ,baggage,,"), "baggage traceparent tracestate");
  EXPECT_EQ(fields_of("b3multi"), "x-b3-traceid x-b3-spanid x-b3-sampled x-b3-flags");
  EXPECT_EQ(fields_of("xray,jaeger"), "x-amzn-trace-id");
  EXPECT_EQ(fields_of("none"), "");
  EXPECT_EQ(log.text(), "");
}

TEST(PropagatorFromEnvironment, SkipsAnUnknownOneWithOneWarning) {
  const test::LogLines log;
  EXPECT_EQ(fields_of("ottrace,b3,ottrace"), "b3");
  EXPECT_EQ(log.count_with("OTEL_PROPAGATORS is \"ottrace\": skipped"), 1);
  EXPECT_EQ(fields_of("nonsense"), "");
  EXPECT_EQ(log.count_with("nonsense"), 1);
}

TEST(PropagatorFromEnvironment, NoneBesideOthersIsSkippedWithAWarning) {
  const test::LogLines log;
  EXPECT_EQ(fields_of("none,b3"), "b3");
  EXPECT_EQ(log.count_with("none"), 1);
}

TEST(GlobalPropagator, StaysTheOneThatWasSet) {
  const Propagator& first = global_propagator();
  EXPECT_EQ(&first, &global_propagator());
  set_global_propagator(b3_propagator());
  Headers headers;
  const Context context(SpanContext{{1, 2}, {3}, {1}, false});
  global_propagator().inject(context, headers);
  EXPECT_EQ(headers.count("b3"), 1u);
  set_global_propagator(nullptr);
  headers.clear();
  global_propagator().inject(context, headers);
  EXPECT_TRUE(headers.empty());
  EXPECT_FALSE(first.fields().empty());  // who holds the first may go on with it
}

}  // namespace
}  // namespace nanospan
