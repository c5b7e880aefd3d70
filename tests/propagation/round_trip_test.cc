// Random contexts through every format and back: what went in comes out, as far as the format has
// it. The seed is printed; NANOSPAN_TEST_SEED repeats a run.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "nanospan/baggage.h"
#include "nanospan/propagation.h"
#include "nanospan/propagator.h"
#include "nanospan/tracestate.h"

namespace nanospan {
namespace {

constexpr int kRounds = 2000;
using Headers = std::map<std::string, std::string>;

class RoundTrip : public testing::Test {
 protected:
  RoundTrip() {
    const char* const given = std::getenv("NANOSPAN_TEST_SEED");
    const std::uint64_t seed =
        given != nullptr ? std::strtoull(given, nullptr, 10)
                         : (std::uint64_t{std::random_device{}()} << 32 | std::random_device{}());
    random_.seed(seed);
    trace_ = std::make_unique<testing::ScopedTrace>(__FILE__, __LINE__,
                                                    "NANOSPAN_TEST_SEED=" + std::to_string(seed));
  }

  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::string text_of(std::string_view characters, std::size_t bytes_max) {
    std::string text;
    for (std::size_t left = below(bytes_max + 1); left > 0; --left)
      text += characters[below(characters.size())];
    return text;
  }
  // Ids with zeros at their ends come as often as others.
  SpanContext span(std::uint8_t flags) {
    SpanContext span;
    span.trace_id = {random_() >> below(65) % 64, random_() >> below(64)};
    span.span_id = {random_() >> below(64)};
    if (!span.trace_id.is_valid()) span.trace_id.low = 1;
    if (!span.span_id.is_valid()) span.span_id.value = 1;
    span.flags.bits = static_cast<std::uint8_t>(below(4) & flags);
    span.is_remote = true;
    return span;
  }
  std::string tracestate() {
    TraceState state;
    for (std::size_t left = below(6); left > 0; --left)
      state = state.set("k" + text_of("az09_-*/@", 20), "v" + text_of(" !~abc", 20) + ".");
    return state.header();
  }
  Baggage baggage() {
    Baggage made;
    for (std::size_t left = 1 + below(6); left > 0; --left)
      made = made.set("n" + text_of("azAZ09!#$%&'*+-.^_`|~", 20),
                      text_of(" ,;\\\"=%az09\t\n\x7f", 20) + (below(2) != 0 ? "é💼" : ""),
                      below(2) != 0 ? "p=1;q" : "");
    return made;
  }

  std::mt19937_64 random_;
  std::unique_ptr<testing::ScopedTrace> trace_;
};

TEST_F(RoundTrip, OfTraceContext) {
  const PropagatorPtr propagator = trace_context_propagator();
  for (int i = 0; i < kRounds; ++i) {
    const Context sent(span(TraceFlags::kSampled | TraceFlags::kRandom), tracestate());
    Headers headers;
    propagator->inject(sent, headers);
    const Context back = propagator->extract(headers, Context::root());
    ASSERT_EQ(back.span_context(), sent.span_context());
    ASSERT_EQ(back.tracestate(), sent.tracestate());
  }
}

TEST_F(RoundTrip, OfFormatsThatKnowNoRandomFlag) {
  for (const PropagatorPtr& propagator :
       {b3_propagator(), b3_propagator(B3Format::kMulti), xray_propagator()}) {
    for (int i = 0; i < kRounds; ++i) {
      const Context sent(span(TraceFlags::kSampled));
      Headers headers;
      propagator->inject(sent, headers);
      ASSERT_EQ(propagator->extract(headers, Context::root()).span_context(), sent.span_context());
    }
  }
}

TEST_F(RoundTrip, OfBaggage) {
  const PropagatorPtr propagator = baggage_propagator();
  for (int i = 0; i < kRounds; ++i) {
    const Baggage sent = baggage();
    Headers headers;
    propagator->inject(with_baggage(Context::root(), sent), headers);
    ASSERT_EQ(baggage_of(propagator->extract(headers, Context::root())), sent);
  }
}

// One byte changed in each header gives another valid context, or none, and never anything else.
TEST_F(RoundTrip, OfWhatWasDamagedOnTheWay) {
  for (const PropagatorPtr& propagator :
       {trace_context_propagator(), baggage_propagator(), b3_propagator(),
        b3_propagator(B3Format::kMulti), xray_propagator()}) {
    for (int i = 0; i < kRounds; ++i) {
      Headers headers;
      propagator->inject(with_baggage(Context(span(1), tracestate()), baggage()), headers);
      for (auto& [key, value] : headers)
        if (!value.empty()) value[below(value.size())] = static_cast<char>(random_());
      const Context read = propagator->extract(headers, Context::root());
      Headers again;
      propagator->inject(read, again);
      const Context back = propagator->extract(again, Context::root());
      ASSERT_EQ(back.span_context(), read.span_context());
      ASSERT_EQ(back.tracestate(), read.tracestate());
      ASSERT_EQ(baggage_of(back), baggage_of(read));
    }
  }
}

}  // namespace
}  // namespace nanospan
