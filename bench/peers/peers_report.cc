#include "peers/peers_report.h"

#include <cmath>
#include <cstdio>

#include "report/json_parts.h"

namespace nanospan::bench::peers {
namespace {

Json counted(std::uint64_t value) {
  return value == kUnknown ? Json(nullptr) : Json(value);
}

Json spread_json(const Spread& spread) {
  return {{"median", number(spread.median)},
          {"quartiles", {number(spread.lower), number(spread.upper)}}};
}

// In ns, of which a tenth is more than a counter's step.
Json lengths_json(const LengthCounts& lengths) {
  Json out = Json::array();
  for (const auto& [ticks, count] : lengths)
    out.push_back({std::round(static_cast<double>(ticks) * ns_per_tick() * 10) / 10, count});
  return out;
}

double bytes_per_span(const Delivery& delivery) {
  if (delivery.bytes == kUnknown || delivery.exported == kUnknown || delivery.exported == 0)
    return std::nan("");
  return static_cast<double>(delivery.bytes) / static_cast<double>(delivery.exported);
}

Json side_json(const RowSide& side, const PeerProcess& peer) {
  Json out = {{"peer", peer.facts().name}};
  if (!side.problem.empty()) {
    out["problem"] = side.problem;
    return out;
  }
  out.update(spread_json(side.ns));
  out["interval_95"] = {number(side.interval.low), number(side.interval.high)};
  out["over_F"] = spread_json(side.over_floor);
  out["over_R"] = spread_json(side.over_least);
  out["percentiles"] = {{"p50", number(side.percentiles.p50)},
                        {"p99", number(side.percentiles.p99)},
                        {"p99.9", number(side.percentiles.p99_9)}};
  out["exported"] = counted(side.delivery.exported);
  out["lost"] = counted(side.delivery.lost);
  out["bytes_per_span"] = number(bytes_per_span(side.delivery));
  out["lengths"] = lengths_json(side.lengths);
  return out;
}

Json row_json(const Row& row, const std::vector<PeerProcess>& peers) {
  Json out = {{"name", row.setting->name},
              {"what", row.setting->what},
              {"unit", "ns"},
              {"less_empty_loop", row.setting->less == Less::kEmptyLoop},
              {"F", spread_json(row.rounds.side(0))},
              {"walked_bytes", row.setting->request.walked_bytes},
              {"walk_ns", spread_json(row.walk_ns)},
              {"empty_lengths", lengths_json(row.empty)},
              {"sides", Json::array()},
              {"raw", rounds_json(row.rounds)}};
  for (const RowSide& side : row.sides) out["sides"].push_back(side_json(side, peers[side.peer]));
  return out;
}

Json peer_json(const PeerProcess& peer) {
  Json out = {{"name", peer.facts().name}};
  if (!peer.problem().empty()) out["not_run"] = peer.problem();
  if (!peer.facts().version.empty()) out["version"] = peer.facts().version;
  if (!peer.facts().how.empty()) out["how"] = peer.facts().how;
  if (!peer.facts().ids.empty()) out["ids"] = peer.facts().ids;
  return out;
}

std::string count_text(std::uint64_t value) {
  return value == kUnknown ? "unknown" : std::to_string(value);
}

// "" for what is not known.
std::string text(double value, int digits) {
  char out[32] = "";
  if (std::isfinite(value)) std::snprintf(out, sizeof(out), "%.*f", digits, value);
  return out;
}

}  // namespace

void print_peers(const std::vector<PeerProcess>& peers) {
  for (const PeerProcess& peer : peers) {
    if (peer.problem().empty())
      std::printf("%-27s %s: %s\n", peer.facts().name.c_str(), peer.facts().version.c_str(),
                  peer.facts().how.c_str());
    else
      std::printf("%-27s not run: %s\n", peer.facts().name.c_str(), peer.problem().c_str());
  }
}

void print_row(const Row& row, const std::vector<PeerProcess>& peers) {
  std::printf("\n%s: %s; F %.2f ns; rounds %zu, void %zu", row.setting->name, row.setting->what,
              row.rounds.side(0).median, row.rounds.valid_count(), row.rounds.void_count());
  if (row.setting->request.walked_bytes > 0)
    std::printf("; a walk takes %.0f ns", row.walk_ns.median);
  std::putchar('\n');
  std::printf("  %-27s %9s %21s %7s %7s %8s %8s %9s %10s %10s %6s\n", "", "ns", "95 %", "x F",
              "x R", "p50", "p99", "p99.9", "exported", "lost", "bytes");
  for (const RowSide& side : row.sides) {
    const char* const name = peers[side.peer].facts().name.c_str();
    if (!side.problem.empty()) {
      std::printf("  %-27s not run: %s\n", name, side.problem.c_str());
      continue;
    }
    char interval[32] = "";
    if (!std::isnan(side.interval.low))
      std::snprintf(interval, sizeof(interval), "[%9.2f %9.2f]", side.interval.low,
                    side.interval.high);
    std::printf("  %-27s %9.2f %21s %7s %7s %8s %8s %9s %10s %10s %6s\n", name, side.ns.median,
                interval, text(side.over_floor.median, 2).c_str(),
                text(side.over_least.median, 2).c_str(), text(side.percentiles.p50, 1).c_str(),
                text(side.percentiles.p99, 1).c_str(), text(side.percentiles.p99_9, 1).c_str(),
                count_text(side.delivery.exported).c_str(), count_text(side.delivery.lost).c_str(),
                text(bytes_per_span(side.delivery), 0).c_str());
  }
  std::fflush(stdout);
}

bool write_json(const std::string& path, const Effort& effort, const std::vector<Row>& rows,
                const std::vector<PeerProcess>& peers) {
  Json out = run_json(effort);
  out["peers"] = Json::array();
  for (const PeerProcess& peer : peers) out["peers"].push_back(peer_json(peer));
  out["rows"] = Json::array();
  for (const Row& row : rows) out["rows"].push_back(row_json(row, peers));
  return write_json_file(path, out);
}

}  // namespace nanospan::bench::peers
