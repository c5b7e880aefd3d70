#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;
using test::shown;

// What a scoped and a detached span made of the same calls; they must agree.
template <typename F>
SpanData recorded(const F& describe, RecorderOptions options = {}) {
  Recording recording(std::move(options));
  {
    NANOSPAN_SCOPE(span, "scoped");
    describe(span);
  }
  {
    Span span = NANOSPAN_SPAN("detached", {});
    describe(span);
  }
  const SpanData scoped = recording.span("scoped"), detached = recording.span("detached");
  EXPECT_EQ(shown(scoped.attributes), shown(detached.attributes));
  EXPECT_EQ(scoped.dropped.attributes, detached.dropped.attributes);
  recording.expect_balanced_at_rest();
  return scoped;
}

TEST(Attributes, TextOfEveryLength) {
  for (const std::size_t bytes :
       {0u, 1u, 7u, 8u, 9u, 23u, 24u, 25u, 55u, 56u, 57u, 100u, 180u, 190u, 200u, 1000u, 10'000u}) {
    std::string text(bytes, 'x');
    for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i % 26);
    const SpanData span = recorded([&](auto& s) {
      s.set_attribute("first", text);
      s.set_attribute(std::string("key-") + std::to_string(bytes), std::string_view(text));
    });
    ASSERT_EQ(span.attributes.size(), 2u) << bytes;
    EXPECT_EQ(span.attributes[0].text, text);
    EXPECT_EQ(span.attributes[1].text, text);
    EXPECT_EQ(span.attributes[1].key, "key-" + std::to_string(bytes));
    EXPECT_EQ(span.attributes[0].type, ValueType::kString);
  }
}

TEST(Attributes, NumbersAndBools) {
  const SpanData span = recorded([](auto& s) {
    s.set_attribute("int", 5);
    s.set_attribute("negative", std::int64_t{-5});
    s.set_attribute("min", std::numeric_limits<std::int64_t>::min());
    s.set_attribute("max", std::numeric_limits<std::int64_t>::max());
    s.set_attribute("int8", std::int8_t{-3});
    s.set_attribute("unsigned", 4'000'000'000u);
    s.set_attribute("size", std::size_t{7});
    s.set_attribute("true", true);
    s.set_attribute("false", false);
    s.set_attribute("double", 0.1);
    s.set_attribute("float", 0.5f);
    s.set_attribute("zero", -0.0);
    s.set_attribute("infinity", std::numeric_limits<double>::infinity());
  });
  EXPECT_EQ(shown(span.attributes),
            "int=5 negative=-5 min=-9223372036854775808 max=9223372036854775807 int8=-3 "
            "unsigned=4000000000 size=7 true=true false=false double=0.10000000000000001d "
            "float=0.5d zero=-0d infinity=infd");
}

TEST(Attributes, NotANumberStaysOne) {
  const SpanData span =
      recorded([](auto& s) { s.set_attribute("nan", std::numeric_limits<double>::quiet_NaN()); });
  ASSERT_EQ(span.attributes.size(), 1u);
  EXPECT_TRUE(std::isnan(span.attributes[0].real));
}

TEST(Attributes, ArraysAndBytes) {
  const std::array<bool, 3> bools{true, false, true};
  const std::array<std::int64_t, 2> numbers{1, -2};
  const std::array<double, 2> reals{0.5, 1.5};
  const std::array<std::string_view, 3> texts{"a", "", "a longer text of 31 characters"};
  const std::array<std::byte, 3> bytes{std::byte{'x'}, std::byte{'y'}, std::byte{'z'}};
  const SpanData span = recorded([&](auto& s) {
    s.set_attribute("bools", std::span<const bool>(bools));
    s.set_attribute("numbers", std::span<const std::int64_t>(numbers));
    s.set_attribute("reals", std::span<const double>(reals));
    s.set_attribute("texts", std::span<const std::string_view>(texts));
    s.set_attribute("bytes", std::span<const std::byte>(bytes));
  });
  EXPECT_EQ(shown(span.attributes),
            "bools=[true,false,true] numbers=[1,-2] reals=[0.5d,1.5d] "
            "texts=[\"a\",\"\",\"a longer text of 31 characters\"] bytes=bytes\"xyz\"");
}

TEST(Attributes, ArraysInAnyContiguousRange) {
  const std::vector<std::int64_t> numbers{1, -2};
  std::vector<std::string> texts{"a", "", "a longer text of 31 characters"};
  const std::vector<double> reals{0.5};
  std::array<bool, 2> bools{true, false};
  const std::string_view views[] = {"x", "y"};
  const SpanData span = recorded([&](auto& s) {
    s.set_attribute("numbers", numbers);
    s.set_attribute("texts", texts);
    s.set_attribute("some", std::span(texts).first(1));
    s.set_attribute("reals", reals);
    s.set_attribute("bools", bools);
    s.set_attribute("mutable", std::span(bools));
    s.set_attribute("views", views);
    s.set_attribute("temporary", std::vector<std::string>{"t"});
  });
  EXPECT_EQ(shown(span.attributes),
            "numbers=[1,-2] texts=[\"a\",\"\",\"a longer text of 31 characters\"] some=[\"a\"] "
            "reals=[0.5d] bools=[true,false] mutable=[true,false] views=[\"x\",\"y\"] "
            "temporary=[\"t\"]");
}

// OpenTelemetry has no such number: the nearest is kept, and counted as cut.
TEST(Attributes, AnUnsignedNumberBeyondInt64BecomesTheLargest) {
  constexpr std::uint64_t kBeyond = std::uint64_t{1} << 63;
  Recording recording;
  {
    NANOSPAN_SCOPE(span, "span");
    span.set_attribute("largest", kBeyond - 1);
    EXPECT_EQ(recording.accounting().clipped, 0u);
    span.set_attribute("beyond", kBeyond);
    span.set_attribute("most", std::numeric_limits<std::uint64_t>::max());
    span.add_event("event", {{"beyond", kBeyond}});
  }
  {
    Span span = NANOSPAN_SPAN("detached", {});
    span.set_attribute("beyond", kBeyond);
  }
  const SpanData span = recording.span("span");
  EXPECT_EQ(shown(span.attributes),
            "largest=9223372036854775807 beyond=9223372036854775807 most=9223372036854775807");
  EXPECT_EQ(shown(span.events.at(0).attributes), "beyond=9223372036854775807");
  EXPECT_EQ(shown(recording.span("detached").attributes), "beyond=9223372036854775807");
  EXPECT_EQ(recording.accounting().clipped, 4u);
}

TEST(Attributes, EmptyArraysAndBytes) {
  const SpanData span = recorded([](auto& s) {
    s.set_attribute("bools", std::span<const bool>());
    s.set_attribute("numbers", std::span<const std::int64_t>());
    s.set_attribute("reals", std::span<const double>());
    s.set_attribute("texts", std::span<const std::string_view>());
    s.set_attribute("bytes", std::span<const std::byte>());
  });
  EXPECT_EQ(shown(span.attributes), "bools=[] numbers=[] reals=[] texts=[] bytes=bytes\"\"");
}

TEST(Attributes, LongArrays) {
  std::vector<std::int64_t> numbers(500);
  std::vector<std::string> texts;
  std::vector<std::string_view> views;
  for (int i = 0; i < 500; ++i) {
    numbers[static_cast<std::size_t>(i)] = i * 1'000'003;
    texts.push_back("text " + std::to_string(i));
  }
  views.assign(texts.begin(), texts.end());
  const SpanData span = recorded([&](auto& s) {
    s.set_attribute("numbers", std::span<const std::int64_t>(numbers));
    s.set_attribute("texts", std::span<const std::string_view>(views));
  });
  ASSERT_EQ(span.attributes.size(), 2u);
  EXPECT_EQ(span.attributes[0].numbers, numbers);
  EXPECT_EQ(span.attributes[1].strings, texts);
}

TEST(Attributes, KeysMayBeConstantsLiteralsOrMadeUp) {
  static constinit Key user{"user.id"};
  static constinit Key get{"GET"};
  const SpanData span = recorded([](auto& s) {
    s.set_attribute(user, "u1");
    s.set_attribute("literal", get);
    s.set_attribute(std::string("made.") + "up", 1);
    NANOSPAN_ATTRIBUTE(s, "in.place", 2);
    NANOSPAN_ATTRIBUTE(s, "method", get);
  });
  EXPECT_EQ(shown(span.attributes),
            "user.id=\"u1\" literal=\"GET\" made.up=1 in.place=2 method=\"GET\"");
}

TEST(Attributes, TheLastValueOfAKeyWins) {
  static constinit Key key{"key"};
  const SpanData span = recorded([](auto& s) {
    s.set_attribute("key", 1);
    s.set_attribute("other", true);
    s.set_attribute(std::string("key"), "two");
    s.set_attribute(key, 3.5);
  });
  EXPECT_EQ(shown(span.attributes), "other=true key=3.5d");
}

TEST(Attributes, AKeyThatIsSetAgainAndAgainKeepsItsLastValue) {
  const SpanData span = recorded([](auto& s) {
    s.set_attribute("other", "x");
    for (int i = 0; i < 1000; ++i) s.set_attribute("progress", i);
  });
  const OwnedAttribute* const progress = span.find_attribute("progress");
  ASSERT_NE(progress, nullptr);
  EXPECT_EQ(progress->number, 999);
  EXPECT_NE(span.find_attribute("other"), nullptr);
}

TEST(Attributes, WithoutAKeyAreDropped) {
  static constinit Key empty{""};
  const SpanData span = recorded([](auto& s) {
    s.set_attribute("", 1);
    s.set_attribute(std::string(), "x");
    s.set_attribute(empty, true);
    s.set_attribute("kept", 1);
  });
  EXPECT_EQ(shown(span.attributes), "kept=1");
}

TEST(Attributes, ANullPointerIsAnEmptyText) {
  Recording recording;
  const char* const null = nullptr;
  {
    NANOSPAN_SCOPE(scoped, "scoped");
    scoped.set_attribute("k", null);
    scoped.add_event("e", {{"k", null}});
    Span detached = NANOSPAN_SPAN("detached");
    detached.set_attribute("k", null);
  }
  EXPECT_EQ(shown(recording.span("scoped").attributes), "k=\"\"");
  EXPECT_EQ(shown(recording.span("scoped").events.at(0).attributes), "k=\"\"");
  EXPECT_EQ(shown(recording.span("detached").attributes), "k=\"\"");
}

TEST(Attributes, InvalidUtf8IsStoredAsItIs) {
  const std::string broken = "a\xff\xfe\x80z";
  const SpanData span = recorded([&](auto& s) {
    s.set_attribute("short", broken);
    s.set_attribute("long", broken + std::string(100, 'x'));
    s.set_attribute("k\xff", 1);
  });
  ASSERT_EQ(span.attributes.size(), 3u);
  EXPECT_EQ(span.attributes[0].text, broken);
  EXPECT_EQ(span.attributes[1].text, broken + std::string(100, 'x'));
  EXPECT_EQ(span.attributes[2].key, "k\xff");
}

TEST(Attributes, TextMayHoldZeros) {
  const std::string text("a\0b", 3);
  const SpanData span = recorded([&](auto& s) { s.set_attribute("zero", text); });
  ASSERT_EQ(span.attributes.size(), 1u);
  EXPECT_EQ(span.attributes[0].text, text);
}

TEST(Attributes, ManyFillMoreThanTheOpenSlot) {
  const SpanData span = recorded([](auto& s) {
    for (int i = 0; i < 100; ++i) s.set_attribute("key." + std::to_string(i), i);
  });
  ASSERT_EQ(span.attributes.size(), 100u);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(span.attributes[static_cast<std::size_t>(i)].key, "key." + std::to_string(i));
    EXPECT_EQ(span.attributes[static_cast<std::size_t>(i)].number, i);
  }
}

TEST(Attributes, AreEvaluatedOnce) {
  Recording recording;
  int calls = 0;
  {
    NANOSPAN_SCOPE(span, "span");
    span.set_attribute("calls", ++calls);
    NANOSPAN_ATTRIBUTE(span, "macro", ++calls);
  }
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(shown(recording.span("span").attributes), "calls=1 macro=2");
}

}  // namespace
}  // namespace nanospan
