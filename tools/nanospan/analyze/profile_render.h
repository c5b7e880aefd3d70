// A Profile, its cause and a comparison as tables for a terminal, and as JSON.
//
// Threads: pure functions. Limits: the tables show kRows rows each and say how many they leave out;
// JSON has all.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/cause.h"
#include "analysis/compare.h"
#include "terminal/terminal.h"

namespace nanospan::tools::analysis {

inline constexpr std::size_t kRows = 12;

[[nodiscard]] std::string render_profile(const Profile& profile, const Cause& cause,
                                         const Screen& screen);
[[nodiscard]] std::string render_comparison(const Comparison& comparison, const Screen& screen);
// What is odd about the input and what was done about it; a line each, "" where nothing is.
[[nodiscard]] std::string render_remarks(const Profile& profile);

[[nodiscard]] nlohmann::ordered_json profile_json(const Profile& profile, const Cause& cause);
[[nodiscard]] nlohmann::ordered_json comparison_json(const Comparison& comparison);

}  // namespace nanospan::tools::analysis
