// Files as dead processes leave them: a built region under a region's name, unlocked.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "recovery/dead_file.h"
#include "region/boot_id.h"
#include "region/region.h"
#include "support/recording.h"
#include "support/region_builder.h"

namespace nanospan::test {

// Of this boot, of `service`, with one empty lane of `slots`.
class DeadProcess {
 public:
  explicit DeadProcess(const std::string& service = "shop", std::uint64_t slots = 64) {
    const auto boot = region::read_boot_id();
    std::copy(boot.begin(), boot.end(), region.header().boot_id);
    region.define(format::DefinitionType::kResourceAttribute,
                  Payload().add(ElementType::kString, 0, "service.name", {}, service).words);
    region.add_anchor(0, 1'000'000, 1'000'000);
    region.add_anchor(1000, 1'001'000, 1'001'000);
    region.add_lane(slots);
  }
  // Spans with ids from `first` on.
  void finish(std::uint64_t first, std::uint64_t count) {
    TestSpan span;
    for (span.id = first; span.id < first + count; ++span.id) region.publish(0, span);
  }
  void open(std::uint32_t level, std::uint64_t id) {
    TestSpan span;
    span.id = id;
    region.open(region.open_slot(0, level), span);
  }
  void write_to(const std::string& path) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(region.bytes()),
               static_cast<std::streamsize>(region.size()));
  }

  RegionBuilder region;
};

// A live region in `directory`, to be closed by the test. Never destroyed, since whoever comes too
// late may still write to it; kept reachable, so that it is no leak.
inline region::Region& live_region(const std::string& directory) {
  static auto* const all = new std::vector<region::Region*>;
  region::RegionOptions options;
  options.directory = directory;
  const auto made = region::Region::create(options);
  EXPECT_TRUE(made) << made.error();
  if (!made) std::abort();
  return *all->emplace_back(*made);
}

// The name of the region of a process that was the `n`th.
inline std::string region_name(int n) {
  char name[64];
  std::snprintf(name, sizeof(name), "%d-%016d.nspan", 1000 + n, n);
  return name;
}

inline recovery::DeadFile found(const std::string& path) {
  auto file = recovery::DeadFile::find(path);
  EXPECT_TRUE(file) << file.error();
  return file ? *file : recovery::DeadFile{};
}

}  // namespace nanospan::test
