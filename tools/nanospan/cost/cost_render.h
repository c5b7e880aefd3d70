// A CostReport for people and for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cost/cost_measure.h"
#include "terminal/terminal.h"

namespace nanospan::tools {

[[nodiscard]] std::string render_costs(const CostReport& report, const Screen& screen);
[[nodiscard]] nlohmann::ordered_json costs_json(const CostReport& report);

}  // namespace nanospan::tools
