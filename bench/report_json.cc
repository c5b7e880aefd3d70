// The JSON file: all that a reader needs to doubt a number.
#include <cmath>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "machine.h"
#include "report.h"

namespace nanospan::bench {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json rounds_json(const Rounds& rounds) {
  Json raw = Json::array();
  for (std::size_t i = 0; i < rounds.ns.size(); ++i)
    raw.push_back({{"void", static_cast<bool>(rounds.is_void[i])}, {"ns", rounds.ns[i]}});
  return {{"sides", rounds.sides},
          {"valid", rounds.valid_count()},
          {"void", rounds.void_count()},
          {"rounds", raw}};
}

Json cost_json(const Cost& cost, const Figure& figure, const Effort& effort) {
  Json out = {{"name", cost.name},       {"what", cost.what},
              {"unit", cost.unit},       {"bar", cost.bar},
              {"aim", number(cost.aim)}, {"verdict", words_of(judge(cost, figure, effort))}};
  if (!figure.problem.empty()) {
    out["problem"] = figure.problem;
    return out;
  }
  out["median"] = number(figure.value.median);
  out["quartiles"] = {number(figure.value.lower), number(figure.value.upper)};
  if (!figure.note.empty()) out["note"] = figure.note;
  if (figure.has_delivery) {
    out["exported"] = figure.exported;
    out["lost"] = figure.lost;
    out["lost_in_warm_up"] = figure.lost_in_warm_up;
  }
  if (!figure.rounds.ns.empty()) out["raw"] = rounds_json(figure.rounds);
  if (!figure.samples.empty()) out["samples"] = figure.samples;
  return out;
}

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

bool write_json(const std::string& path, const Effort& effort,
                const std::map<std::string, Figure>& figures) {
  const MachineFacts machine = machine_facts();
  Json out = {{"date", now_utc()},
              {"quick", effort.quick},
              {"machine",
               {{"cpu", machine.cpu},
                {"cores", machine.cores},
                {"kernel", machine.kernel},
                {"clock_source", machine.tick_counter},
                {"governor", machine.governor},
                {"ns_per_tick", ns_per_tick()},
                {"writer_cpu", writer_cpu()},
                {"drain_cpu", drain_cpu()}}},
              {"build",
               {{"compiler", machine.compiler}, {"flags", machine.flags}, {"type", machine.build}}},
              {"costs", Json::array()}};
  for (const Cost& cost : costs()) {
    const auto found = figures.find(cost.name);
    if (found != figures.end()) out["costs"].push_back(cost_json(cost, found->second, effort));
  }
  std::ofstream file(path);
  file << out.dump(1) << '\n';
  return file.good();
}

}  // namespace nanospan::bench
