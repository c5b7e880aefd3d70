// The parts of a JSON file of raw numbers that every program of this folder writes alike.
//
// Threads: none.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

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
// A line for each part that is short or a row of numbers: a third of the usual indented text, and
// a change of one round is one line of a diff. False: it could not be written.
[[nodiscard]] bool write_json_file(const std::string& path, const Json& json);

}  // namespace nanospan::bench
