#include "report/json_parts.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
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

void append(std::string& out, const Json& part, std::size_t depth) {
  constexpr std::size_t kShort = 80;
  const bool is_row = std::none_of(part.begin(), part.end(),
                                   [](const Json& inner) { return inner.is_structured(); });
  const std::string line = part.dump();
  if (!part.is_structured() || is_row || line.size() <= kShort) {
    out += line;
    return;
  }
  const std::string indent(depth + 1, ' ');
  char separator = part.is_object() ? '{' : '[';
  for (const auto& [key, inner] : part.items()) {
    out += separator;
    out += '\n' + indent;
    if (part.is_object()) out += Json(key).dump() + ": ";
    append(out, inner, depth + 1);
    separator = ',';
  }
  out += '\n' + std::string(depth, ' ');
  out += part.is_object() ? '}' : ']';
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

bool write_json_file(const std::string& path, const Json& json) {
  std::string text;
  append(text, json, 0);
  std::ofstream file(path);
  file << text << '\n';
  file.flush();
  return file.good();
}

}  // namespace nanospan::bench
