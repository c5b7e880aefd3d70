// What a span with interned keys and literals says is what one with inline texts says.
#include <gtest/gtest.h>

#include <limits>

#include "exporters/batch_fixture.h"
#include "otlp.pb.h"
#include "wire/otlp_encoder.h"

namespace nanospan::test {
namespace {

namespace otlp = nanospan::otlp::v1;

struct Attribute {
  std::string key;
  ElementType type;
  std::vector<std::uint64_t> fixed;
  std::string value;  // of a literal: its text
};

class AttributeRunTest : public ::testing::Test {
 protected:
  std::uint32_t id_of(const std::string& text) {
    for (std::uint32_t id = 1; id <= maker_.table->last_id(); ++id) {
      const std::string_view* known = maker_.table->find_text(id);
      if (known != nullptr && *known == text) return id;
    }
    return maker_.table->add_text(text);
  }
  Payload interned(const std::vector<Attribute>& attributes) {
    Payload payload;
    for (const Attribute& a : attributes) {
      if (a.type == ElementType::kLiteral)
        payload.add({a.type, id_of(a.key), {}, {id_of(a.value)}, {}});
      else
        payload.add({a.type, id_of(a.key), {}, a.fixed, a.value});
    }
    return payload;
  }
  static Payload inlined(const std::vector<Attribute>& attributes) {
    Payload payload;
    for (const Attribute& a : attributes) {
      const bool is_literal = a.type == ElementType::kLiteral;
      payload.add({is_literal ? ElementType::kString : a.type, 0, a.key, a.fixed, a.value});
    }
    return payload;
  }
  // As decode does it, which has found that each key is there once.
  void add(const Payload& payload) {
    SpanRecord record = maker_.record(maker_.callsite("s"));
    record.contents = payload_contents::kAttributes;
    maker_.add(record, payload);
  }
  // Two spans with interned texts say what one with inline texts does; the first is learnt from.
  void expect_same(const std::vector<Attribute>& attributes) {
    maker_.clear();
    const CallsiteInfo* const callsite = maker_.callsite("s");
    maker_.add(maker_.record(callsite), inlined(attributes));
    for (int i = 0; i < 2; ++i) add(interned(attributes));
    otlp::TracesData data;
    ASSERT_TRUE(data.ParseFromString(std::string(encoder_.encode(maker_.batch()))));
    auto& spans = *data.mutable_resource_spans(0)->mutable_scope_spans(0)->mutable_spans();
    for (auto& span : spans) span.clear_span_id();
    ASSERT_EQ(spans[0].attributes_size(), static_cast<int>(attributes.size()));
    EXPECT_EQ(spans[0].SerializeAsString(), spans[1].SerializeAsString());
    EXPECT_EQ(spans[0].SerializeAsString(), spans[2].SerializeAsString());
  }

  BatchMaker maker_;
  wire::OtlpEncoder encoder_;
};

Attribute integer(std::string key, std::int64_t value) {
  return {std::move(key), ElementType::kInt64, {static_cast<std::uint64_t>(value)}, {}};
}

TEST_F(AttributeRunTest, CommonTypes) {
  expect_same({{"http.request.method", ElementType::kLiteral, {}, "GET"},
               {"user.id", ElementType::kString, {}, "7f3b52c1-9f1e-4c7a-b2d4-"},
               integer("db.rows", 1234),
               {"ratio", ElementType::kDouble, {std::bit_cast<std::uint64_t>(0.25)}, {}},
               {"yes", ElementType::kBool, {1}, {}},
               {"no", ElementType::kBool, {0}, {}}});
}

TEST_F(AttributeRunTest, IntegersOfEveryLength) {
  for (unsigned bits = 0; bits < 64; ++bits) {
    const std::uint64_t power = std::uint64_t{1} << bits;
    expect_same({integer("a", static_cast<std::int64_t>(power)),
                 integer("b", static_cast<std::int64_t>(power - 1)),
                 integer("c", static_cast<std::int64_t>(1 - power))});
  }
}

TEST_F(AttributeRunTest, StringsOfEveryLength) {
  for (std::size_t bytes = 0; bytes < 300; ++bytes) {
    expect_same({{"key", ElementType::kString, {}, std::string(bytes, 'x')}, integer("next", 1)});
  }
}

TEST_F(AttributeRunTest, KeysAndLiteralsOfEveryLength) {
  for (std::size_t bytes = 1; bytes < 300; ++bytes) {
    expect_same({integer(std::string(bytes, 'k'), 1),
                 {std::string(bytes, 'l'), ElementType::kLiteral, {}, std::string(bytes, 'v')},
                 {"short", ElementType::kLiteral, {}, std::string(bytes, 'v')},
                 {std::string(bytes, 's'), ElementType::kString, {}, std::string(bytes, 'v')}});
  }
}

TEST_F(AttributeRunTest, TextThatIsNotAscii) {
  for (const std::string text :
       {"\xC3\xA4", "\xFF", "1234567\xC3\xA4", "12345678\xFF", "\xFF 123"}) {
    expect_same({{"k" + text, ElementType::kString, {}, text},
                 {"l" + text, ElementType::kLiteral, {}, text},
                 integer(text, 7)});
  }
}

TEST_F(AttributeRunTest, RareTypesBetweenCommonOnes) {
  expect_same({integer("a", 1),
               {"bytes", ElementType::kBytes, {}, "\x01\xFF"},
               integer("b", 2),
               {"empty", ElementType::kEmpty, {}, {}},
               integer("c", 3),
               {"array", ElementType::kInt64Array, {}, std::string(16, '\1')},
               {"last", ElementType::kEmpty, {}, {}}});
}

// Padding is whatever the writer's memory held.
TEST_F(AttributeRunTest, PaddingBehindAStringIsNotLookedAt) {
  Payload payload = interned({{"key", ElementType::kString, {}, "abc"}, integer("next", 1)});
  payload.words[1] |= 0xFFFFFFFF00000000u;
  for (int i = 0; i < 2; ++i) add(payload);
  otlp::TracesData data;
  ASSERT_TRUE(data.ParseFromString(std::string(encoder_.encode(maker_.batch()))));
  for (const otlp::Span& span : data.resource_spans(0).scope_spans(0).spans()) {
    ASSERT_EQ(span.attributes_size(), 2);
    EXPECT_EQ(span.attributes(0).value().string_value(), "abc");
    EXPECT_EQ(span.attributes(1).value().int_value(), 1);
  }
}

// A key's id and inline bytes of a key at once: no writer does that, the id counts.
TEST_F(AttributeRunTest, AKeyGivenTwiceIsSkippedOverWhole) {
  Payload payload;
  payload.add({ElementType::kInt64, id_of("key"), "inline", {5}, {}});
  payload.add({ElementType::kInt64, id_of("next"), {}, {6}, {}});
  for (int i = 0; i < 2; ++i) add(payload);
  otlp::TracesData data;
  ASSERT_TRUE(data.ParseFromString(std::string(encoder_.encode(maker_.batch()))));
  for (const otlp::Span& span : data.resource_spans(0).scope_spans(0).spans()) {
    ASSERT_EQ(span.attributes_size(), 2);
    EXPECT_EQ(span.attributes(0).key(), "key");
    EXPECT_EQ(span.attributes(0).value().int_value(), 5);
    EXPECT_EQ(span.attributes(1).value().int_value(), 6);
  }
}

}  // namespace
}  // namespace nanospan::test
