#include "peers/row.h"

#include <cmath>

#include "harness/pace.h"
#include "peers/measure_cold.h"
#include "recording/rulers.h"
#include "recording/span_loops.h"

namespace nanospan::bench::peers {
namespace {

constexpr std::size_t kFloor = 0, kEmpty = 1, kFirstPeer = 2;  // places in a round

// What a side gave, chunk by chunk; the first is the warm-up's.
struct Record {
  std::vector<LengthCounts> lengths;
  std::vector<double> walk_ns;
  Delivery before, now;
  std::string problem;

  double add(Answer answer) {
    problem = answer.problem;
    lengths.push_back(std::move(answer.chunk.lengths));
    walk_ns.push_back(answer.chunk.walk_ns);
    now = answer.delivery;
    if (lengths.size() == 1) before = now;
    return problem.empty() ? answer.chunk.ns : std::nan("");
  }
};

// The warm-up's is gone.
LengthCounts pooled(Record& record, const Rounds& rounds) {
  record.lengths.erase(record.lengths.begin());
  Draw valid;
  for (std::size_t i = 0; i < rounds.ns.size(); ++i)
    if (!rounds.is_void[i]) valid.push_back(i);
  return pool(record.lengths, valid);
}

Spread walk_of(const Record& record, const Rounds& rounds) {
  std::vector<double> valid;
  for (std::size_t i = 0; i < rounds.ns.size(); ++i)
    if (!rounds.is_void[i]) valid.push_back(record.walk_ns[i + 1]);
  return spread_of(std::move(valid));
}

Percentiles percentiles_of(const LengthCounts& lengths, const LengthCounts& empty) {
  const double bracket = percentile(empty, 0.5);
  const auto net_ns = [&](double q) { return (percentile(lengths, q) - bracket) * ns_per_tick(); };
  return {net_ns(0.5), net_ns(0.99), net_ns(0.999)};
}

// What counted as lost and came after all makes a later count the lesser one.
std::uint64_t since(std::uint64_t before, std::uint64_t now) {
  if (before == kUnknown || now == kUnknown) return kUnknown;
  return now > before ? now - before : 0;
}

RowSide judged(const Row& row, Record& record, std::size_t place, bool has_least) {
  RowSide side;
  side.problem = record.problem;
  if (!side.problem.empty()) return side;
  const bool less_empty = row.setting->less == Less::kEmptyLoop;
  const auto net = [less_empty](const std::vector<double>& ns, std::size_t at) {
    return less_empty ? ns[at] - ns[kEmpty] : ns[at];
  };
  const auto value = [=](const auto& ns) { return net(ns, place); };
  side.ns = row.rounds.of(value);
  side.interval = interval_of_median(row.rounds.values(value));
  side.over_floor = row.rounds.of([=](const auto& ns) { return net(ns, place) / ns[kFloor]; });
  side.over_least = row.rounds.of([=](const auto& ns) {
    return has_least ? net(ns, place) / net(ns, kFirstPeer) : std::nan("");
  });
  side.lengths = pooled(record, row.rounds);
  side.percentiles = percentiles_of(side.lengths, row.empty);
  side.delivery = {since(record.before.exported, record.now.exported),
                   since(record.before.lost, record.now.lost),
                   since(record.before.bytes, record.now.bytes)};
  return side;
}

}  // namespace

Row measure_row(const Setting& setting, std::vector<PeerProcess>& peers, RoundLimits limits) {
  Row row;
  row.setting = &setting;
  const Request& request = setting.request;
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < peers.size(); ++i)
    if (peers[i].problem().empty() && peers[i].has(request)) asked.push_back(i);
  std::vector<Record> records(kFirstPeer + asked.size());
  std::vector<Side> sides = {
      {"F", [] { return ns_flat_out(read_tick_pairs); }},
      {"empty loop", [&] {
         return records[kEmpty].add({measure_request(do_nothing, request), {}, ""});
       }}};
  for (std::size_t i = 0; i < asked.size(); ++i) {
    PeerProcess& peer = peers[asked[i]];
    Record& record = records[kFirstPeer + i];
    sides.push_back(
        {peer.facts().name, [&peer, &record, &request] { return record.add(peer.ask(request)); }});
  }
  limits.alternates = true;
  row.rounds = measure_rounds(sides, limits);
  row.empty = pooled(records[kEmpty], row.rounds);
  if (request.walked_bytes > 0) row.walk_ns = walk_of(records[kEmpty], row.rounds);
  const bool has_least =
      !asked.empty() && asked.front() == 0 && records[kFirstPeer].problem.empty();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    row.sides.push_back(judged(row, records[kFirstPeer + i], kFirstPeer + i, has_least));
    row.sides.back().peer = asked[i];
  }
  return row;
}

}  // namespace nanospan::bench::peers
