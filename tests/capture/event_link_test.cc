#include <gtest/gtest.h>

#include <stdexcept>

#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;
using test::shown;

template <typename F>
void for_both_kinds(const F& check) {
  for (const bool detached : {false, true}) {
    SCOPED_TRACE(detached ? "detached" : "scoped");
    check(detached);
  }
}

template <typename F>
SpanData recorded(bool detached, const F& describe) {
  Recording recording;
  if (detached) {
    Span span = NANOSPAN_SPAN("span", {});
    describe(span);
  } else {
    NANOSPAN_SCOPE(span, "span");
    describe(span);
  }
  SpanData span = recording.span("span");
  recording.expect_balanced_at_rest();
  return span;
}

TEST(Events, KeepTheirOrderAndAttributes) {
  static constinit Key name{"constant"};
  for_both_kinds([](bool detached) {
    const SpanData span = recorded(detached, [](auto& s) {
      s.add_event("plain");
      s.add_event(name, {{"limit", 50}, {"user", "u1"}});
      s.add_event(std::string("made ") + "up", {{"a", true}, {"a", 2.5}});
    });
    ASSERT_EQ(span.events.size(), 3u);
    EXPECT_EQ(span.events[0].name, "plain");
    EXPECT_EQ(span.events[1].name, "constant");
    EXPECT_EQ(shown(span.events[1].attributes), "limit=50 user=\"u1\"");
    EXPECT_EQ(span.events[2].name, "made up");
    EXPECT_EQ(shown(span.events[2].attributes), "a=2.5d");
    EXPECT_LE(span.start_unix_ns, span.events[0].time_unix_ns);
    EXPECT_LE(span.events[0].time_unix_ns, span.events[1].time_unix_ns);
    EXPECT_LE(span.events[2].time_unix_ns, span.end_unix_ns);
  });
}

TEST(Events, AndLinksTakeAnyRangeOfAttributes) {
  for_both_kinds([](bool detached) {
    const std::vector<Attribute> many{{"a", 1}, {"b", "x"}};
    const std::array<Attribute, 1> one{{{"c", true}}};
    const SpanData span = recorded(detached, [&](auto& s) {
      s.add_event("vector", many);
      s.add_event("none", {});
      s.add_event("array", SystemTime{}, one);
      s.add_event("span", Attributes(std::span(many).first(1)));
      s.add_link(SpanContext{{1, 2}, {3}, {}, true}, many);
      s.record_exception("Type", "message", one);
    });
    ASSERT_EQ(span.events.size(), 5u);
    EXPECT_EQ(shown(span.events[0].attributes), "a=1 b=\"x\"");
    EXPECT_EQ(shown(span.events[1].attributes), "");
    EXPECT_EQ(shown(span.events[2].attributes), "c=true");
    EXPECT_EQ(shown(span.events[3].attributes), "a=1");
    EXPECT_EQ(shown(span.links.at(0).attributes), "a=1 b=\"x\"");
    EXPECT_EQ(span.events[4].attributes.back().key, "c");
  });
}

TEST(Span, TakesAttributesInBracesAtItsStart) {
  Recording recording;
  { Span span = NANOSPAN_SPAN("span", {}, {.attributes = {{"a", 1}, {"b", "x"}}}); }
  EXPECT_EQ(shown(recording.span("span").attributes), "a=1 b=\"x\"");
}

TEST(Events, MayHaveTheUsersTime) {
  for_both_kinds([](bool detached) {
    const SystemTime time{std::chrono::nanoseconds(1'700'000'000'123'456'789)};
    const SpanData span = recorded(detached, [&](auto& s) {
      s.add_event("then", time, {{"k", "v"}});
    });
    ASSERT_EQ(span.events.size(), 1u);
    EXPECT_EQ(span.events[0].time_unix_ns, 1'700'000'000'123'456'789);
    EXPECT_EQ(shown(span.events[0].attributes), "k=\"v\"");
  });
}

TEST(Events, MixWithAttributesAndLinks) {
  for_both_kinds([](bool detached) {
    const SpanData span = recorded(detached, [](auto& s) {
      for (int i = 0; i < 20; ++i) {
        s.set_attribute("a" + std::to_string(i), i);
        s.add_event("e" + std::to_string(i),
                    {{"text", std::string(static_cast<std::size_t>(i) * 10, 'x')}});
        s.add_link(SpanContext{{7, 8}, {static_cast<std::uint64_t>(i) + 1}, {}, true}, {{"i", i}});
      }
    });
    ASSERT_EQ(span.attributes.size(), 20u);
    ASSERT_EQ(span.events.size(), 20u);
    ASSERT_EQ(span.links.size(), 20u);
    for (std::size_t i = 0; i < 20; ++i) {
      EXPECT_EQ(span.attributes[i].key, "a" + std::to_string(i));
      EXPECT_EQ(span.events[i].name, "e" + std::to_string(i));
      EXPECT_EQ(span.events[i].attributes.at(0).text, std::string(i * 10, 'x'));
      EXPECT_EQ(span.links[i].context.span_id.value, i + 1);
      EXPECT_EQ(shown(span.links[i].attributes), "i=" + std::to_string(i));
    }
  });
}

TEST(Events, TakeEveryTypeOfValue) {
  const std::array<std::string_view, 2> texts{"x", "y"};
  for_both_kinds([&](bool detached) {
    const SpanData span = recorded(detached, [&](auto& s) {
      s.add_event("event", {{"b", true},
                            {"i", 1},
                            {"d", 1.5},
                            {"s", "text"},
                            {"list", std::span<const std::string_view>(texts)}});
    });
    EXPECT_EQ(shown(span.events.at(0).attributes),
              "b=true i=1 d=1.5d s=\"text\" list=[\"x\",\"y\"]");
  });
}

TEST(Links, KeepContextTracestateAndOrder) {
  for_both_kinds([](bool detached) {
    const SpanContext first{{1, 2}, {3}, {TraceFlags::kSampled}, false};
    const SpanContext second{{4, 5}, {6}, {}, true};
    const SpanData span = recorded(detached, [&](auto& s) {
      s.add_link(first, {{"why", "batch"}});
      s.add_link(Context(second, "vendor=1"));
    });
    ASSERT_EQ(span.links.size(), 2u);
    EXPECT_EQ(span.links[0].context.trace_id, first.trace_id);
    EXPECT_EQ(span.links[0].context.span_id, first.span_id);
    EXPECT_TRUE(span.links[0].context.flags.sampled());
    EXPECT_EQ(shown(span.links[0].attributes), "why=\"batch\"");
    EXPECT_EQ(span.links[1].context.span_id, second.span_id);
    EXPECT_TRUE(span.links[1].context.is_remote);
    EXPECT_EQ(span.links[1].tracestate, "vendor=1");
  });
}

TEST(RecordException, IsAnEventWithTypeAndMessage) {
  for_both_kinds([](bool detached) {
    const SpanData span = recorded(detached, [](auto& s) {
      s.record_exception(std::runtime_error("no such row"));
      s.record_exception("Timeout", "after 5 s", {{"exception.escaped", true}});
    });
    ASSERT_EQ(span.events.size(), 2u);
    EXPECT_EQ(span.events[0].name, "exception");
    EXPECT_EQ(shown(span.events[0].attributes),
              "exception.type=\"std::runtime_error\" exception.message=\"no such row\"");
    EXPECT_EQ(shown(span.events[1].attributes),
              "exception.type=\"Timeout\" exception.message=\"after 5 s\" exception.escaped=true");
    EXPECT_EQ(span.status_code, StatusCode::kUnset);
  });
}

TEST(RecordException, TheUsersAttributesWin) {
  const SpanData span = recorded(false, [](auto& s) {
    s.record_exception(std::runtime_error("raw"), {{"exception.message", "redacted"}});
  });
  EXPECT_EQ(span.events.at(0).attributes.size(), 2u);
  bool found = false;
  for (const OwnedAttribute& attribute : span.events[0].attributes)
    found |= attribute.key == "exception.message" && attribute.text == "redacted";
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace nanospan
