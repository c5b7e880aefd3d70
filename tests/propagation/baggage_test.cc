#include "nanospan/baggage.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "nanospan/propagator.h"

namespace nanospan {
namespace {

using Entries = std::vector<BaggageEntry>;
using Headers = std::multimap<std::string, std::string>;

TEST(Baggage, GivesBackWhatWasSet) {
  const Baggage baggage = Baggage().set("a", "B% 💼").set("A", "c").set("", "nameless");
  EXPECT_EQ(baggage.get("a"), "B% 💼");
  EXPECT_EQ(baggage.get("A"), "c");
  EXPECT_EQ(baggage.get("b"), std::nullopt);
  EXPECT_EQ(baggage.size(), 2u);
}

TEST(Baggage, AChangeLeavesTheOneBefore) {
  const Baggage one = Baggage().set("a", "1").set("b", "2");
  const Baggage other = one.set("a", "3", "ttl=30");
  EXPECT_EQ(one.get("a"), "1");
  EXPECT_EQ(other.entries(), (Entries{{"a", "3", "ttl=30"}, {"b", "2", ""}}));
  EXPECT_EQ(other.remove("a").entries(), (Entries{{"b", "2", ""}}));
  EXPECT_EQ(one.remove("c"), one);
}

struct Case {
  const char* name;
  std::string header;
  Entries entries;
};
const Case kCases[] = {
    {"one", "userId=alice", {{"userId", "alice", ""}}},
    {"several", "a=1,b=2", {{"a", "1", ""}, {"b", "2", ""}}},
    {"blanks", " a\t=  1 , b =2\t", {{"a", "1", ""}, {"b", "2", ""}}},
    {"empty_members", ",a=1,, ,b=2,", {{"a", "1", ""}, {"b", "2", ""}}},
    {"empty_value", "a=", {{"a", "", ""}}},
    {"encoded", "server=DF%2028,who=Am%C3%A9lie", {{"server", "DF 28", ""}, {"who", "Amélie", ""}}},
    {"encoded_without_need", "a=%62%2c", {{"a", "b,", ""}}},
    {"equal_signs_in_values", "a=b=c==", {{"a", "b=c==", ""}}},
    {"plus_stays", "a=1+1", {{"a", "1+1", ""}}},
    {"properties", "a=1;p;q=2", {{"a", "1", "p;q=2"}}},
    {"blanks_around_properties", "a=1 ; p ;\tq = 2 ", {{"a", "1", "p;q=2"}}},
    {"repeated_properties", "a=1;p=1;p=2", {{"a", "1", "p=1;p=2"}}},
    {"encoded_properties_stay", "a=1;p=%2C", {{"a", "1", "p=%2C"}}},
    {"bad_properties_go", "a=1;p q;;=2;r=\"x\";s", {{"a", "1", "s"}}},
    {"the_last_of_a_name", "a=1,b=2,a=3", {{"a", "3", ""}, {"b", "2", ""}}},
    {"no_utf8",
     "a=%ff%41",
     {{"a",
       "\uFFFD"
       "A",
       ""}}},
    {"token_marks", "!#$%&'*+-.^_`|~=1", {{"!#$%&'*+-.^_`|~", "1", ""}}},
    {"no_equal_sign", "a,b=2", {{"b", "2", ""}}},
    {"no_name", "=1,b=2", {{"b", "2", ""}}},
    {"blank_in_name", "a b=1,b=2", {{"b", "2", ""}}},
    {"blank_in_value", "a=1 2,b=2", {{"b", "2", ""}}},
    {"quotes", "a=\"1\",b=2", {{"b", "2", ""}}},
    {"backslash", "a=\\,b=2", {{"b", "2", ""}}},
    {"bad_encoding", "a=%4,b=%zz,c=%,d=2", {{"d", "2", ""}}},
    {"bytes_above_ascii", "a=\xc3\xa9,b=2", {{"b", "2", ""}}},
    {"line_break", "a=1\r\nHost: x,b=2", {{"b", "2", ""}}},
    {"empty", "", {}},
};

class BaggageHeader : public testing::TestWithParam<Case> {};

TEST_P(BaggageHeader, IsReadByTheRules) {
  EXPECT_EQ(Baggage::parse(GetParam().header).entries(), GetParam().entries);
}

INSTANTIATE_TEST_SUITE_P(W3c, BaggageHeader, testing::ValuesIn(kCases),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(BaggageHeader, IsWrittenEncoded) {
  EXPECT_EQ(Baggage().set("a", "B% 💼").header(), "a=B%25%20%F0%9F%92%BC");
  EXPECT_EQ(Baggage().set("a", "\",;\\=\x7f\n").header(), "a=%22%2C%3B%5C=%7F%0A");
  EXPECT_EQ(Baggage().set("a", "1").set("b", "").header(), "a=1,b=");
  EXPECT_EQ(Baggage().set("a", "1", "p = 2 ; q").header(), "a=1;p=2;q");
}

TEST(BaggageHeader, LeavesOutWhatCantTravel) {
  EXPECT_EQ(Baggage().set("no token", "1").set("é", "2").set("b", "3").header(), "b=3");
  EXPECT_EQ(Baggage().set("a", "1", "x\r\nHost: elsewhere;p,c=2;q").header(), "a=1;q");
}

TEST(BaggageHeader, KeepsToItsLimitsByWholeMembers) {
  std::string header;
  for (int i = 0; i < 200; ++i) header += "k" + std::to_string(i) + "=1,";
  EXPECT_EQ(Baggage::parse(header).size(), Baggage::kMembersMax);
  Baggage many;
  for (int i = 0; i < 200; ++i) many = many.set("k" + std::to_string(i), "1");
  EXPECT_EQ(Baggage::parse(many.header()).size(), Baggage::kMembersMax);

  const std::string half(5000, 'x');
  EXPECT_EQ(Baggage().set("a", half).set("b", half).header(), "a=" + half);
  EXPECT_EQ(Baggage::parse("a=" + half + ",b=" + half).entries(), (Entries{{"a", half, ""}}));
  EXPECT_TRUE(Baggage::parse("a=" + half + half).empty());
}

TEST(BaggageHeader, TakesAndGivesWhatTheSpecificationAsksFor) {
  Baggage baggage;  // 64 members, 8192 bytes with the commas
  const std::string value(123, 'x');
  for (int i = 10; i < 74; ++i) baggage = baggage.set("k" + std::to_string(i), value);
  baggage = baggage.set("k10", value + "y");
  ASSERT_EQ(baggage.header().size(), Baggage::kHeaderBytesMax);
  EXPECT_EQ(Baggage::parse(baggage.header()), baggage);
}

TEST(BaggageProperties, AreDecoded) {
  const Baggage baggage = Baggage::parse("a=1;p;q=%2C;r=%4");
  EXPECT_EQ(baggage_properties(baggage.entries()[0]),
            (std::vector<BaggageProperty>{{"p", std::nullopt}, {"q", ","}}));
}

TEST(CurrentBaggage, IsThatOfTheInnermostScope) {
  EXPECT_TRUE(current_baggage().empty());
  const BaggageScope outer(Baggage().set("a", "1"));
  {
    const BaggageScope inner(current_baggage().set("b", "2"));
    EXPECT_EQ(current_baggage().header(), "a=1,b=2");
    EXPECT_EQ(baggage_of(current_context()).header(), "a=1,b=2");
    {
      const BaggageScope none{Baggage()};
      EXPECT_TRUE(current_baggage().empty());
      EXPECT_TRUE(baggage_of(current_context()).empty());
    }
    const ContextScope of_another_request{Context::root()};
    EXPECT_TRUE(current_baggage().empty());
  }
  EXPECT_EQ(current_baggage().header(), "a=1");
}

TEST(CurrentBaggage, TravelsWithAContext) {
  Context captured;
  {
    const BaggageScope scope(Baggage().set("a", "1"));
    captured = current_context();
  }
  EXPECT_TRUE(current_baggage().empty());
  const ContextScope scope(captured);
  EXPECT_EQ(current_baggage().get("a"), "1");
}

TEST(BaggagePropagator, JoinsSeveralHeaders) {
  const Headers headers{{"baggage", "a=1"}, {"baggage", ""}, {"baggage", "b=2,a=3"}};
  const Context context = baggage_propagator()->extract(headers, Context::root());
  EXPECT_EQ(baggage_of(context).header(), "a=3,b=2");
}

TEST(BaggagePropagator, WithoutAValidMemberLeavesTheContext) {
  const Context before = with_baggage(Context::root(), Baggage().set("a", "1"));
  for (const Headers& headers : {Headers{}, Headers{{"baggage", "nonsense"}}}) {
    const Context after = baggage_propagator()->extract(headers, before);
    EXPECT_EQ(baggage_of(after).header(), "a=1");
  }
}

TEST(BaggagePropagator, WritesItWithoutASpanToo) {
  Headers headers{{"baggage", "old=1"}};
  baggage_propagator()->inject(with_baggage(Context::root(), Baggage().set("a", "1")), headers);
  EXPECT_EQ(headers, (Headers{{"baggage", "a=1"}}));
  baggage_propagator()->inject(Context::root(), headers);
  EXPECT_TRUE(headers.empty());
}

}  // namespace
}  // namespace nanospan
