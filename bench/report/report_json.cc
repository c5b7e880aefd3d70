// The JSON file: all that a reader needs to doubt a number.
#include "report/json_parts.h"
#include "report/report.h"

namespace nanospan::bench {
namespace {

Json cost_json(const Cost& cost, const Figure& figure) {
  Json out = {{"name", cost.name},       {"what", cost.what},
              {"unit", cost.unit},       {"bar", number(cost.bar)},
              {"aim", number(cost.aim)}, {"verdict", words_of(judge(cost, figure))}};
  if (!figure.problem.empty()) {
    out["problem"] = figure.problem;
    return out;
  }
  out["median"] = number(figure.value.median);
  out["quartiles"] = {number(figure.value.lower), number(figure.value.upper)};
  if (!std::isnan(figure.interval.low))
    out["interval_95"] = {number(figure.interval.low), number(figure.interval.high)};
  if (!figure.note.empty()) out["note"] = figure.note;
  for (const Fact& fact : figure.facts) out["facts"][fact.name] = number(fact.value);
  for (const Series& series : figure.series)
    out["series"].push_back(
        {{"name", series.name}, {"columns", series.columns}, {"points", series.points}});
  if (figure.has_delivery) {
    out["exported"] = figure.exported;
    out["lost"] = figure.lost;
    out["lost_in_warm_up"] = figure.lost_in_warm_up;
  }
  if (!figure.rounds.ns.empty()) out["raw"] = rounds_json(figure.rounds);
  if (!figure.samples.empty()) out["samples"] = figure.samples;
  return out;
}

}  // namespace

bool write_json(const std::string& path, std::span<const Cost> costs, const Effort& effort,
                const std::map<std::string, Figure>& figures) {
  Json out = run_json(effort);
  out["costs"] = Json::array();
  for (const Cost& cost : costs) {
    const auto found = figures.find(cost.name);
    if (found != figures.end()) out["costs"].push_back(cost_json(cost, found->second));
  }
  return write_json_file(path, out);
}

}  // namespace nanospan::bench
