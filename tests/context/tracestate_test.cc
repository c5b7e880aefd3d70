// Cases of the W3C validation suite (test/test.py) and of the specification's limits.
#include "nanospan/tracestate.h"

#include <gtest/gtest.h>

#include <string>

namespace nanospan {
namespace {

std::string members(int count) {
  std::string header;
  for (int i = 0; i < count; ++i) {
    header += (i == 0 ? "k" : ",k") + std::to_string(i) + "=" + std::to_string(i);
  }
  return header;
}

struct Case {
  const char* name;
  std::string header;
  std::string kept;
};

const Case kCases[] = {
    {"one", "foo=1", "foo=1"},
    {"order_is_kept", "foo=1,bar=2", "foo=1,bar=2"},
    {"empty", "", ""},
    {"blank", " \t ", ""},
    {"empty_members", ",foo=1,,bar=2,", "foo=1,bar=2"},
    {"blanks_around_members", "foo=1 \t , \t bar=2, \t baz=3 ", "foo=1,bar=2,baz=3"},
    {"leading_space_of_a_value", "foo= 1", "foo= 1"},
    {"space_in_a_value", "foo=a b", "foo=a b"},
    {"duplicate_keys_keep_the_first", "foo=1,bar=3,foo=2", "foo=1,bar=3"},
    {"key_begins_with_a_digit", "0foo=1", "0foo=1"},
    {"key_of_every_character", "z0_-*/@=1", "z0_-*/@=1"},
    {"at_in_a_key", "foo@=1,foo@@bar=1,foo@bar@baz=2", "foo@=1,foo@@bar=1,foo@bar@baz=2"},
    {"at_before_a_key", "@foo=1", ""},
    {"empty_value_discards_all", "foo=,bar=3", ""},
    {"empty_key", "=1", ""},
    {"no_equals", "foo", ""},
    {"upper_case_key", "FOO=1", ""},
    {"dotted_key", "foo.bar=1", ""},
    {"space_in_a_key", "foo =1", ""},
    {"underscore_before_a_key", "_foo=1", ""},
    {"equals_in_a_value", "foo=bar=baz", ""},
    {"control_character_in_a_value", "foo=1\r\nx: y", ""},
    {"non_ascii_value", "foo=\xC3\xA9", ""},
    {"key_of_256", std::string(256, 'z') + "=1", std::string(256, 'z') + "=1"},
    {"key_of_257", std::string(257, 'z') + "=1", ""},
    {"value_of_256", "foo=" + std::string(256, 'v'), "foo=" + std::string(256, 'v')},
    {"value_of_257", "foo=" + std::string(257, 'v'), ""},
    {"32_members", members(32), members(32)},
    {"33_members_discard_all", members(33), ""},
    {"one_bad_member_discards_all", "foo=1,bar,baz=2", ""},
};

class TraceStateHeader : public testing::TestWithParam<Case> {};

TEST_P(TraceStateHeader, IsReadByTheRules) {
  const auto state = TraceState::parse(GetParam().header);
  EXPECT_EQ(state.header(), GetParam().kept);
  EXPECT_EQ(TraceState::parse(state.header()), state) << "what was kept is valid itself";
}

INSTANTIATE_TEST_SUITE_P(W3c, TraceStateHeader, testing::ValuesIn(kCases),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(TraceState, GivesTheValueOfAKey) {
  const auto state = TraceState::parse("foo=1,bar=2");
  EXPECT_EQ(state.get("bar"), "2");
  EXPECT_EQ(state.get("ba"), std::nullopt);
  EXPECT_EQ(state.get(""), std::nullopt);
  EXPECT_EQ(TraceState().get("foo"), std::nullopt);
}

TEST(TraceState, PutsWhatChangesFirstAndLeavesTheOrderOfTheRest) {
  const auto state = TraceState::parse("a=1,b=2,c=3");
  EXPECT_EQ(state.set("d", "4").header(), "d=4,a=1,b=2,c=3");
  EXPECT_EQ(state.set("c", "9").header(), "c=9,a=1,b=2");
  EXPECT_EQ(state.header(), "a=1,b=2,c=3") << "it is immutable";
}

TEST(TraceState, ErasesAMember) {
  const auto state = TraceState::parse("a=1,b=2");
  EXPECT_EQ(state.erase("a").header(), "b=2");
  EXPECT_EQ(state.erase("x"), state);
  EXPECT_TRUE(state.erase("a").erase("b").empty());
}

TEST(TraceState, IsNotChangedByAnInvalidMember) {
  const auto state = TraceState::parse("a=1");
  EXPECT_EQ(state.set("A", "1"), state);
  EXPECT_EQ(state.set("", "1"), state);
  EXPECT_EQ(state.set("b", ""), state);
  EXPECT_EQ(state.set("b", "1,c=2"), state);
  EXPECT_EQ(state.set("b", "1 "), state);
  EXPECT_EQ(state.set("b", "1\n"), state);
}

TEST(TraceState, DropsTheLastMemberForThe33rd) {
  const auto state = TraceState::parse(members(32)).set("new", "1");
  EXPECT_EQ(state.header(), "new=1," + members(31));
}

TEST(TraceState, ReplacesAMemberOf32WithoutDroppingAnother) {
  const auto state = TraceState::parse(members(32)).set("k0", "new");
  EXPECT_EQ(state.get("k0"), "new");
  EXPECT_EQ(state.get("k31"), "31");
}

TEST(TraceState, DropsLargeMembersFirst) {
  const std::string large = "large=" + std::string(140, 'v');
  const std::string small = "=" + std::string(95, 'v');
  const std::string header = "a" + small + "," + large + ",b" + small + ",c" + small + ",d" + small;
  const auto state = TraceState::parse(header);
  EXPECT_EQ(state.header(), "a" + small + ",b" + small + ",c" + small + ",d" + small);
}

TEST(TraceState, DropsNoMoreLargeMembersThanItMust) {
  const std::string value(200, 'v');
  const auto state = TraceState::parse("a=" + value + ",b=" + value + ",c=" + value + ",d=1");
  EXPECT_EQ(state.header(), "a=" + value + ",b=" + value + ",d=1");
}

TEST(TraceState, DropsWholeMembersFromTheRight) {
  std::string header;
  for (char key = 'a'; key < 'a' + 6; ++key) {
    header += std::string(header.empty() ? "" : ",") + key + "=" + std::string(98, 'v');
  }
  const auto state = TraceState::parse(header);
  EXPECT_EQ(state.header(), header.substr(0, 5 * 101 - 1));
}

TEST(TraceState, KeepsExactly512Bytes) {
  const std::string header = "a=" + std::string(253, 'v') + ",b=" + std::string(254, 'v');
  ASSERT_EQ(header.size(), 512u);
  EXPECT_EQ(TraceState::parse(header).header(), header);
  EXPECT_EQ(TraceState::parse(header + "v").header(), header.substr(0, 255));
}

}  // namespace
}  // namespace nanospan
