#include "report/json_parts.h"

#include <cmath>
#include <ctime>
#include <string>

#include "harness/machine.h"

namespace nanospan::bench {
namespace {

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

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

Json run_json(const Effort& effort) {
  const MachineFacts machine = machine_facts();
  return {{"date", now_utc()},
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
           {{"compiler", machine.compiler}, {"flags", machine.flags}, {"type", machine.build}}}};
}

}  // namespace nanospan::bench
