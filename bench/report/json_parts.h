// The parts of a JSON file of raw numbers that every program of this folder writes alike.
//
// Threads: none.
#pragma once

#include <nlohmann/json.hpp>

#include "harness/cost.h"
#include "harness/rounds.h"

namespace nanospan::bench {

using Json = nlohmann::ordered_json;

// null: not a number.
[[nodiscard]] Json number(double value);
// Every round's raw numbers, void ones too.
[[nodiscard]] Json rounds_json(const Rounds& rounds);
// When, how long it looked, machine, kernel, compiler, flags: the head of the file.
[[nodiscard]] Json run_json(const Effort& effort);

}  // namespace nanospan::bench
