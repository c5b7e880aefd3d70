// A header that is all of a context, and what its propagator has to make of it.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "nanospan/propagator.h"

namespace nanospan {

using Headers = std::map<std::string, std::string>;

struct HeaderCase {
  const char* name;
  std::string text;
  bool is_valid;
  bool is_sampled = false;
};
// Of a parametrized test.
inline std::string name_of_case(const testing::TestParamInfo<HeaderCase>& each) {
  return each.param.name;
}

// `ids`: the trace and the span that every case names that is valid.
inline void expect_by_the_rules(const Propagator& propagator, const std::string& header,
                                const HeaderCase& one, const SpanContext& ids) {
  const Context context = propagator.extract(Headers{{header, one.text}}, Context::root());
  ASSERT_EQ(context.has_span(), one.is_valid) << one.text;
  if (!one.is_valid) return;
  const std::uint8_t flags = one.is_sampled ? TraceFlags::kSampled : 0;
  EXPECT_EQ(context.span_context(), (SpanContext{ids.trace_id, ids.span_id, {flags}, true}))
      << one.text;
}

}  // namespace nanospan
