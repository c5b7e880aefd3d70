#include <gtest/gtest.h>

#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;
using test::shown;

// Scoped and detached spans have the same limits.
template <typename F>
SpanData recorded(const F& describe, SpanLimits limits = {}, std::uint64_t* clipped = nullptr) {
  RecorderOptions options;
  options.limits = limits;
  Recording recording(std::move(options));
  {
    NANOSPAN_SCOPE(span, "scoped");
    describe(span);
  }
  const std::uint64_t clipped_scoped = recording.accounting().clipped;
  {
    Span span = NANOSPAN_SPAN("detached", {});
    describe(span);
  }
  const std::vector<SpanData> spans = recording.spans();
  EXPECT_EQ(spans.size(), 2u);
  const SpanData scoped = spans.at(0), detached = spans.at(1);
  EXPECT_EQ(scoped.name == "scoped", detached.name == "detached");
  EXPECT_EQ(shown(scoped.attributes), shown(detached.attributes));
  EXPECT_EQ(scoped.events.size(), detached.events.size());
  EXPECT_EQ(scoped.links.size(), detached.links.size());
  EXPECT_EQ(scoped.dropped.attributes, detached.dropped.attributes);
  EXPECT_EQ(scoped.dropped.events, detached.dropped.events);
  EXPECT_EQ(scoped.dropped.links, detached.dropped.links);
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.clipped, 2 * clipped_scoped);
  if (clipped != nullptr) *clipped = clipped_scoped;
  return scoped;
}

TEST(Limits, AttributesUpTo128ByDefault) {
  for (const int count : {127, 128, 129, 140}) {
    std::uint64_t clipped = 0;
    const SpanData span = recorded(
        [&](auto& s) {
          for (int i = 0; i < count; ++i) s.set_attribute("k" + std::to_string(i), i);
        },
        {}, &clipped);
    const auto dropped = static_cast<unsigned>(std::max(0, count - 128));
    EXPECT_EQ(span.attributes.size(), static_cast<unsigned>(count) - dropped);
    EXPECT_EQ(span.dropped.attributes, dropped);
    EXPECT_EQ(clipped, dropped);
    EXPECT_EQ(span.attributes.back().number, std::min(count, 128) - 1);
  }
}

TEST(Limits, CountKeysAndNotHowOftenTheyWereSet) {
  const SpanData span = recorded([](auto& each) {
    for (int i = 0; i < 10'000; ++i) each.set_attribute("again", i);
    each.set_attribute("after", true);
    each.set_attribute("again", "the last");
  });
  EXPECT_EQ(shown(span.attributes), "after=true again=\"the last\"");
  EXPECT_EQ(span.dropped.attributes, 0u);
}

TEST(Limits, EventsUpTo128ByDefault) {
  for (const int count : {128, 129, 300}) {
    const SpanData span = recorded([&](auto& s) {
      for (int i = 0; i < count; ++i) s.add_event("e" + std::to_string(i), {{"i", i}});
    });
    ASSERT_EQ(span.events.size(), 128u);
    EXPECT_EQ(span.events.front().name, "e0");
    EXPECT_EQ(span.events.back().name, "e127");
    EXPECT_EQ(span.dropped.events, static_cast<unsigned>(count) - 128);
  }
}

TEST(Limits, EachOfManyThatAreDroppedIsCounted) {
  constexpr unsigned kEvents = 140'000, kLinks = 70'000;  // more than 16 bits hold
  const SpanData span = recorded([&](auto& s) {
    for (unsigned i = 0; i < 128 + kEvents; ++i) s.add_event("e");
    for (unsigned i = 0; i < 128 + kLinks; ++i) s.add_link(SpanContext{{1, 2}, {3}, {}, true});
    s.set_attribute("", 1);
  });
  EXPECT_EQ(span.dropped.events, kEvents);
  EXPECT_EQ(span.dropped.links, kLinks);
  EXPECT_EQ(span.dropped.attributes, 1u);
}

TEST(Limits, LinksUpTo128ByDefault) {
  for (const std::uint64_t count : {128u, 129u, 300u}) {
    const SpanData span = recorded([&](auto& s) {
      for (std::uint64_t i = 0; i < count; ++i) s.add_link(SpanContext{{1, 2}, {i + 1}, {}, true});
    });
    ASSERT_EQ(span.links.size(), 128u);
    EXPECT_EQ(span.links.back().context.span_id, SpanId{128});
    EXPECT_EQ(span.dropped.links, count - 128);
  }
}

TEST(Limits, AreTheUsers) {
  SpanLimits limits;
  limits.attributes = 2;
  limits.events = 1;
  limits.links = 0;
  const SpanData span = recorded(
      [](auto& s) {
        s.set_attribute("a", 1);
        s.set_attribute("b", 2);
        s.set_attribute("c", 3);
        s.add_event("one");
        s.add_event("two");
        s.add_link(SpanContext{{1, 2}, {3}, {}, true});
      },
      limits);
  EXPECT_EQ(shown(span.attributes), "a=1 b=2");
  EXPECT_EQ(span.events.size(), 1u);
  EXPECT_EQ(span.links.size(), 0u);
  EXPECT_EQ(span.dropped.attributes, 1u);
  EXPECT_EQ(span.dropped.events, 1u);
  EXPECT_EQ(span.dropped.links, 1u);
}

TEST(Limits, NoAttributesAtAll) {
  SpanLimits limits;
  limits.attributes = 0;
  const SpanData span = recorded([](auto& s) { s.set_attribute("a", 1); }, limits);
  EXPECT_EQ(span.attributes.size(), 0u);
  EXPECT_EQ(span.dropped.attributes, 1u);
}

TEST(Limits, OfAttributesOfEventsAndLinks) {
  SpanLimits limits;
  limits.event_attributes = 1;
  limits.link_attributes = 2;
  const SpanData span = recorded(
      [](auto& s) {
        s.add_event("event", {{"a", 1}, {"b", 2}});
        s.add_link(SpanContext{{1, 2}, {3}, {}, true}, {{"a", 1}, {"b", 2}, {"c", 3}});
      },
      limits);
  EXPECT_EQ(shown(span.events.at(0).attributes), "a=1");
  EXPECT_EQ(shown(span.links.at(0).attributes), "a=1 b=2");
  EXPECT_EQ(span.events.at(0).dropped_attributes, 1u);
  EXPECT_EQ(span.links.at(0).dropped_attributes, 1u);
  EXPECT_EQ(span.dropped.attributes, 0u);
}

TEST(Limits, AnEventSaysWhatItHadNoRoomFor) {
  const std::vector<std::string_view> texts(100, std::string_view("a text among many"));
  const AttributeValue list{std::span(texts)};
  const SpanData span = recorded([&](auto& s) {
    for (int i = 0; i < 40; ++i) s.add_event("e", {{"a", list}, {"", 1}, {"b", list}});
  });
  std::size_t of_events = 0, kept = 0;
  for (const EventData& event : span.events) {
    of_events += event.dropped_attributes;
    kept += event.attributes.size();
    EXPECT_EQ(event.attributes.size() + event.dropped_attributes, 3u);
  }
  EXPECT_GT(kept, 0u);
  EXPECT_GT(of_events, span.events.size());
}

TEST(Limits, ValuesAreCutBetweenCharacters) {
  SpanLimits limits;
  limits.value_characters = 3;
  std::uint64_t clipped = 0;
  const SpanData span = recorded(
      [](auto& s) {
        s.set_attribute("ascii", "abcdef");
        s.set_attribute("fits", "abc");
        s.set_attribute("two", "äöüß");
        s.set_attribute("three", "€€€€");
        s.set_attribute("four", "😀😀😀😀");
        s.set_attribute("mixed", "a€😀b");
        s.set_attribute("number", 123456);
      },
      limits, &clipped);
  EXPECT_EQ(shown(span.attributes),
            "ascii=\"abc\" fits=\"abc\" two=\"äöü\" three=\"€€€\" four=\"😀😀😀\" "
            "mixed=\"a€😀\" number=123456");
  EXPECT_EQ(clipped, 5u);
}

TEST(Limits, CutTextsOfArraysAndBytesToo) {
  SpanLimits limits;
  limits.value_characters = 2;
  const std::array<std::string_view, 2> texts{"abc", "€€€"};
  const std::string_view raw = "xyz";
  const SpanData span = recorded(
      [&](auto& s) {
        s.set_attribute("texts", std::span<const std::string_view>(texts));
        s.set_attribute("bytes", std::as_bytes(std::span(raw)));
      },
      limits);
  EXPECT_EQ(shown(span.attributes), "texts=[\"ab\",\"€€\"] bytes=bytes\"xy\"");
}

TEST(Limits, ARecordHasSixtyFourKibibytes) {
  std::uint64_t clipped = 0;
  const std::string long_text(10'000, 'x');
  const SpanData span = recorded(
      [&](auto& s) {
        for (int i = 0; i < 10; ++i) s.set_attribute("k" + std::to_string(i), long_text);
      },
      {}, &clipped);
  // A value too long for what is left may be cut or dropped: the counts say so either way.
  EXPECT_GE(span.attributes.size(), 5u);
  EXPECT_LE(span.attributes.size(), 7u);
  EXPECT_EQ(span.attributes.size() + span.dropped.attributes, 10u);
  EXPECT_GE(clipped, span.dropped.attributes);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_TRUE(span.attributes[i].text == long_text) << i;
}

TEST(Limits, AValueLongerThanARecordIsCutBetweenCharacters) {
  std::string text;
  while (text.size() < 200'000) text += "€";
  const SpanData span = recorded([&](auto& s) {
    s.set_attribute("before", 1);
    s.set_attribute("long", text);
  });
  ASSERT_EQ(span.attributes.size(), 2u);
  const std::string& cut = span.attributes[1].text;
  EXPECT_GT(cut.size(), 50'000u);
  EXPECT_LE(cut.size(), 64u << 10);
  EXPECT_EQ(cut.size() % 3, 0u);
  EXPECT_EQ(cut, text.substr(0, cut.size()));
}

TEST(Limits, ALongValueOfAnEventIsCutBetweenCharactersAndTheEventStays) {
  std::string text;
  while (text.size() < 200'000) text += "€";
  std::uint64_t clipped = 0;
  const SpanData span = recorded(
      [&](auto& s) {
        s.set_attribute("before", std::string(5'000, 'x'));
        s.record_exception("Type", text, {{"after", std::string(100, 'y')}});
      },
      {}, &clipped);
  ASSERT_EQ(span.events.size(), 1u);
  const auto& attributes = span.events[0].attributes;
  ASSERT_GE(attributes.size(), 2u);
  const std::string& cut = attributes[1].text;
  EXPECT_GT(cut.size(), 50'000u);
  EXPECT_EQ(cut.size() % 3, 0u);
  EXPECT_EQ(cut, text.substr(0, cut.size()));
  EXPECT_EQ(clipped, 1u + (3 - attributes.size()));
}

TEST(Limits, ALongNameAndStatusTextAreCutBetweenCharacters) {
  std::string text;
  while (text.size() < 10'000) text += "€";
  const SpanData span = [&] {
    Recording recording;
    {
      NANOSPAN_SCOPE(scoped, "scoped");
      scoped.update_name(text);
      scoped.set_status(StatusCode::kError, text);
    }
    EXPECT_EQ(recording.accounting().clipped, 2u);
    return recording.spans().at(0);
  }();
  EXPECT_EQ(span.name, text.substr(0, 4095));
  EXPECT_EQ(span.status_text, text.substr(0, 4095));
}

TEST(Limits, ARecordIsAQuarterOfItsRingAtMost) {
  RecorderOptions options;
  options.ring_bytes_initial = 16u << 10;
  options.ring_bytes_max = 16u << 10;
  Recording recording(std::move(options));
  for (int i = 0; i < 100; ++i) {
    NANOSPAN_SCOPE(span, "big");
    span.set_attribute("long", std::string(60'000, 'x'));
    span.set_attribute("second", std::string(60'000, 'y'));
    span.end();
    recording.flush();
  }
  const auto spans = recording.spans("big");
  ASSERT_EQ(spans.size(), 100u);
  for (const SpanData& span : spans) {
    ASSERT_GE(span.attributes.size(), 1u);
    EXPECT_GT(span.attributes[0].text.size(), 3'000u);
    EXPECT_LE(span.attributes[0].text.size(), 4u << 10);
  }
  recording.expect_balanced_at_rest();
}

// Whatever filled it, in a record of any size; the last of each counts, however often they are set.
TEST(Limits, StatusAndNameOutliveAFullRecord) {
  const auto one_attribute = [](auto& s) { s.set_attribute("big", std::string(200'000, 'x')); };
  const auto many_attributes = [](auto& s) {
    for (int i = 0; i < 200; ++i) s.set_attribute("k" + std::to_string(i), std::string(5'000, 'x'));
  };
  const auto events = [](auto& s) {
    const std::string text(5'000, 'x');
    for (int i = 0; i < 100; ++i) s.add_event("e" + text, {{"k", text}});
  };
  const auto check = [](const auto& fill, std::uint32_t record_bytes) {
    SpanLimits limits;
    limits.record_bytes = record_bytes;
    const SpanData span = recorded(
        [&](auto& s) {
          fill(s);
          for (const std::string_view time : {"first", "second", "third"}) {
            s.update_name(std::string(time) + " name");
            s.set_attribute("after", std::string(200'000, 'x'));
            s.set_status(StatusCode::kError, std::string(time) + " status");
            s.add_event("after");
          }
        },
        limits);
    EXPECT_EQ(span.status_code, StatusCode::kError);
    EXPECT_EQ(span.status_text, "third status");
    EXPECT_EQ(span.name, "third name");
  };
  for (const std::uint32_t record_bytes : {1024u, 4096u, 65536u}) {
    SCOPED_TRACE(record_bytes);
    check(one_attribute, record_bytes);
    check(many_attributes, record_bytes);
    check(events, record_bytes);
  }
}

TEST(Limits, ALongNameLeavesRoomForTheStatusOfAFullRecord) {
  const std::string text(4'000, 'x');
  const SpanData span = [&] {
    Recording recording;
    {
      NANOSPAN_SCOPE(scoped, "scoped");
      scoped.set_attribute("big", std::string(200'000, 'x'));
      for (int i = 0; i < 10; ++i) {
        scoped.update_name(text);
        scoped.set_status(StatusCode::kError, text);
      }
    }
    return recording.spans().at(0);
  }();
  for (const std::string& kept : {span.name, span.status_text}) {
    EXPECT_GE(kept.size(), 1'000u);
    EXPECT_EQ(kept, text.substr(0, kept.size()));
  }
}

TEST(Limits, ADroppedSpanCostsTheOthersNothing) {
  Recording recording;
  for (int i = 0; i < 50; ++i) {
    {
      NANOSPAN_SCOPE(big, "big");
      for (int k = 0; k < 150; ++k)
        big.set_attribute("k" + std::to_string(k), std::string(900, 'x'));
    }
    NANOSPAN_SCOPE(small, "small");
    small.set_attribute("i", i);
    small.end();
    recording.flush();
  }
  const auto small = recording.spans("small");
  ASSERT_EQ(small.size(), 50u);
  for (std::size_t i = 0; i < 50; ++i)
    EXPECT_EQ(shown(small[i].attributes), "i=" + std::to_string(i));
  recording.expect_balanced_at_rest();
}

}  // namespace
}  // namespace nanospan
