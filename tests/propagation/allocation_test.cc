// A traceparent is read and written without an allocation; only a map allocates what it stores.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>

#include "nanospan/propagation.h"
#include "nanospan/propagator.h"
#include "support/counted_malloc.h"

namespace nanospan {
namespace {

constexpr std::string_view kTraceparent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

struct Buffer {
  std::array<char, 64> text{};
  std::size_t bytes = 0;
  void set(std::string_view key, std::string_view value) {
    if (key == kTraceparentKey) bytes = value.copy(text.data(), text.size());
  }
  [[nodiscard]] std::string_view get(std::string_view key) const {
    return {text.data(), key == kTraceparentKey ? bytes : 0};
  }
};

SpanContext example() {
  return {{0x0af7651916cd43dd, 0x8448eb211c80319c}, {0x00f067aa0ba902b7}, {1}, false};
}

TEST(Traceparent, TheCountIsThatOfTheProgram) {
  if (!test::kCountsMalloc) GTEST_SKIP() << test::kWhyNotCounted;
  const long counted = test::allocations_of([] {
    std::string text(100, 'x');
    asm volatile("" : "+m"(text));
  });
  EXPECT_EQ(counted, 1);
}

TEST(Traceparent, AllocatesNothing) {
  if (!test::kCountsMalloc) GTEST_SKIP() << test::kWhyNotCounted;
  const Context context(example());
  Buffer buffer;
  std::map<std::string, std::string> map{{"traceparent", std::string(kTraceparent)}};
  Context read;
  EXPECT_EQ(test::allocations_of([&] { inject(context, buffer); }), 0);
  EXPECT_EQ(test::allocations_of([&] { read = extract(buffer); }), 0);
  EXPECT_EQ(read.span_context().trace_id, example().trace_id);
  EXPECT_EQ(test::allocations_of([&] { read = extract(map); }), 0);
  EXPECT_EQ(read.span_context().trace_id, example().trace_id);
  // It has a place in the map already.
  EXPECT_EQ(test::allocations_of([&] { inject(context, map); }), 0);
  EXPECT_EQ(map.at("traceparent"), kTraceparent);
}

TEST(Traceparent, AllocatesNothingThroughAPropagator) {
  if (!test::kCountsMalloc) GTEST_SKIP() << test::kWhyNotCounted;
  const Context context(example());
  const PropagatorPtr propagator =
      composite_propagator({trace_context_propagator(), baggage_propagator()});
  Buffer buffer;
  Context read;
  EXPECT_EQ(test::allocations_of([&] { propagator->inject(context, buffer); }), 0);
  EXPECT_EQ(test::allocations_of([&] { read = propagator->extract(buffer, Context::root()); }), 0);
  EXPECT_EQ(read.span_context().trace_id, example().trace_id);
}

}  // namespace
}  // namespace nanospan
