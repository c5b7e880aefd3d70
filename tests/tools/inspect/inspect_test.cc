// What a region counts is what inspect shows: every counter, one that is added later too.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "inspect/inspect_render.h"
#include "inspect/region_facts.h"
#include "support/recording.h"
#include "support/region_builder.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

using test::RegionBuilder;

RegionFacts facts_of(RegionBuilder& region) {
  const test::PrivateDirectory directory;
  const std::string path = directory.file("test.nspan");
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(region.bytes()),
             static_cast<std::streamsize>(region.size()));
  const auto file = recovery::RegionFile::open(path);
  EXPECT_TRUE(file) << file.error();
  return collect_facts(*file);
}

// Gives counters values that no sum of others has.
class Numbers {
 public:
  void fill(detail::Word& counter) { counter = *given.insert(10'000 + 17 * given.size()).first; }
  // All words from `first` to `last`, whatever they are called.
  void fill(detail::Word& first, detail::Word& last) {
    for (detail::Word* word = &first; word <= &last; ++word) fill(*word);
  }
  std::set<std::uint64_t> given;
};

Numbers fill_counters(RegionBuilder& region) {
  format::RegionHeader& header = region.header();
  format::LaneHeader& lane = region.lane(region.add_lane(64));
  region.add_tenant(0, 1, 4711, "worker");
  for (int i = 0; i < 3; ++i) region.publish(0, {});  // position and records
  Numbers numbers;
  const std::size_t counters = sizeof(format::RegionCounters) / sizeof(detail::Word);
  detail::Word* const first = &header.counters.started_without_lane;
  numbers.fill(*first, first[counters - 1]);
  numbers.fill(header.delivered, header.damaged);
  numbers.fill(header.annotations_lost_busy, header.annotations_lost_no_lane);
  numbers.fill(header.recovered_spans, header.recovery_attempts);
  numbers.fill(header.definitions_count);
  numbers.fill(lane.counters.started, lane.counters.clipped);
  numbers.fill(lane.checkpoints[0].overwritten);
  numbers.fill(lane.tenant_count);
  return numbers;
}

void collect_numbers(const nlohmann::ordered_json& json, std::set<std::uint64_t>& into) {
  if (json.is_number_unsigned()) into.insert(json.get<std::uint64_t>());
  if (json.is_structured())
    for (const auto& part : json) collect_numbers(part, into);
}

TEST(Inspect, ShowsEveryCounterAsJson) {
  RegionBuilder region;
  const Numbers numbers = fill_counters(region);
  std::set<std::uint64_t> shown;
  const auto json = facts_json(facts_of(region));
  collect_numbers(json, shown);
  for (const std::uint64_t number : numbers.given)
    EXPECT_TRUE(shown.contains(number)) << number << " is not in " << json.dump(1);
  EXPECT_EQ(json["lanes"][0]["records"], 3);
  EXPECT_EQ(json["counts"]["definitions_refused"],
            region.header().counters.definitions_refused.load());
  EXPECT_EQ(json["accounting"]["annotations_lost_busy"],
            region.header().annotations_lost_busy.load());
}

TEST(Inspect, ShowsEveryCounterOnAScreen) {
  RegionBuilder region;
  const Numbers numbers = fill_counters(region);
  const std::string text = render_facts(facts_of(region), Screen{}, false);
  for (const std::uint64_t number : numbers.given)
    EXPECT_NE(text.find(format_count(number)), std::string::npos) << number << " is not in\n"
                                                                  << text;
  for (const char* const words :
       {"lost: no lane", "too deep", "cut by limits", "set in a handler", "could not grow",
        "found no room among the definitions", "threads so far", "overwritten", "sampled out"})
    EXPECT_NE(text.find(words), std::string::npos) << words << "\n" << text;
}

TEST(Inspect, LeavesOutOnAScreenWhatDidNotHappen) {
  RegionBuilder region;
  region.add_lane(64);
  const std::string text = render_facts(facts_of(region), Screen{}, false);
  for (const char* const word : {"lost", "abandoned", "grow", "started;", "detached or"})
    EXPECT_EQ(text.find(word), std::string::npos) << text;
  EXPECT_NE(text.find("0 started = 0"), std::string::npos) << text;
}

}  // namespace
}  // namespace nanospan::tools
