// What is known of two clocks, for people and as JSON.
//
// Threads: pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/clock_skew.h"

namespace nanospan::tools::analysis {

// How far they are apart, and what was taken; no line feed.
[[nodiscard]] std::string clock_text(const ClockPair& pair);
[[nodiscard]] nlohmann::ordered_json clock_json(const ClockPair& pair);

}  // namespace nanospan::tools::analysis
