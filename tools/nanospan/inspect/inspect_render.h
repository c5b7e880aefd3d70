// RegionFacts as a screen and as JSON.
//
// Threads: pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "inspect/region_facts.h"
#include "terminal/terminal.h"

namespace nanospan::tools {

[[nodiscard]] std::string render_facts(const RegionFacts& facts, const Screen& screen, bool all);
[[nodiscard]] nlohmann::ordered_json facts_json(const RegionFacts& facts);
// One line of the list of regions.
[[nodiscard]] std::string render_region_line(const RegionFacts& facts, const Screen& screen);
[[nodiscard]] std::string render_region_heading(const Screen& screen);

}  // namespace nanospan::tools
