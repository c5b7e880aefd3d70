#include "programs/operations.h"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <utility>
#include <vector>

#include "harness/pace.h"
#include "harness/percentiles.h"
#include "nanospan/exporters/otlp_file_exporter.h"
#include "recording/rulers.h"
#include "recording/session.h"

namespace nanospan::bench {
namespace {

// The bar is meant for operations of at least so long.
constexpr double kJudgedFromNs = 5'000;
constexpr unsigned kTurnsOfBlock = 4;

// Two turns of each side, A B B A or B A A B: what drifts or grows steadily is in both alike. ns of
// an operation.
struct Block {
  double none = 0, other = 0;
};
// Blocks of no span against a span, and of no span against no span: what the run can't tell apart.
struct Round {
  std::vector<Block> ours, same;
};

Block take_block(const OperationTurn& turn, bool other_has_span, bool other_first) {
  Block block;
  for (unsigned i = 0; i < kTurnsOfBlock; ++i) {
    const bool is_other = (i == 1 || i == 2) != other_first;
    (is_other ? block.other : block.none) += turn(is_other && other_has_span) / 2;
  }
  return block;
}

// Which block comes next, and which of its sides first, is thrown: a program has periods of its own
// (SQLite's checkpoints), and what alternates strictly beats with them.
Round take_round(const OperationTurn& turn, std::minstd_rand& random, bool quick) {
  const std::size_t blocks = kTurnsOfRound / kTurnsOfBlock / 2 / (quick ? 4 : 1);
  std::bernoulli_distribution coin;
  Round round;
  for (std::size_t i = 0; i < blocks; ++i) {
    const bool ours_first = coin(random);
    for (const bool is_ours : {ours_first, !ours_first})
      (is_ours ? round.ours : round.same).push_back(take_block(turn, is_ours, coin(random)));
  }
  return round;
}

using Blocks = std::vector<Block> Round::*;
using Value = double (*)(const Block&);

double percent(const Block& block) {
  return 100 * (block.other - block.none) / block.none;
}
double more_ns(const Block& block) {
  return block.other - block.none;
}

// The middle of all blocks; rounds are drawn whole.
Estimate estimate_of(const std::vector<Round>& rounds, Blocks blocks, Value value) {
  Draw all(rounds.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return estimate(all, [&](const Draw& draw) {
    std::vector<double> values;
    for (const std::size_t round : draw)
      for (const Block& block : rounds[round].*blocks) values.push_back(value(block));
    return mean_of_middle(std::move(values));
  });
}

double middle_of(const std::vector<Block>& blocks, double Block::*side) {
  std::vector<double> ns;
  for (const Block& block : blocks) ns.push_back(block.*side);
  return mean_of_middle(std::move(ns));
}

Series series_of(const std::vector<Round>& rounds, Blocks blocks, const char* name) {
  Series series{name, {"round", "none_ns", "other_ns"}, {}};
  for (std::size_t i = 0; i < rounds.size(); ++i)
    for (const Block& block : rounds[i].*blocks)
      series.points.push_back({static_cast<double>(i), block.none, block.other});
  return series;
}

Rounds plain_rounds(const std::vector<Round>& taken, const std::vector<double>& floor_ns) {
  Rounds rounds;
  rounds.sides = {"F", "none", "ours", "none again"};
  for (std::size_t i = 0; i < taken.size(); ++i)
    rounds.ns.push_back({floor_ns[i], middle_of(taken[i].ours, &Block::none),
                         middle_of(taken[i].ours, &Block::other),
                         middle_of(taken[i].same, &Block::other)});
  rounds.is_void.assign(taken.size(), false);
  rounds.valid_min = taken.size();
  return rounds;
}

void describe(Figure& figure, const std::vector<Round>& rounds) {
  const Estimate percent_more = estimate_of(rounds, &Round::ours, percent);
  const Estimate same = estimate_of(rounds, &Round::same, percent);
  const Estimate more = estimate_of(rounds, &Round::ours, more_ns);
  const double operation_ns = figure.rounds.side(1).median;
  figure.value = percent_more.value;
  figure.interval = percent_more.interval;
  figure.is_judged = operation_ns >= kJudgedFromNs && !std::isnan(figure.interval.low);
  figure.facts = {{"operation_ns", operation_ns},
                  {"more_ns", more.value.median},
                  {"more_from_ns", more.interval.low},
                  {"more_to_ns", more.interval.high},
                  {"same_again_percent", same.value.median},
                  {"same_again_from_percent", same.interval.low},
                  {"same_again_to_percent", same.interval.high}};
  char note[160];
  std::snprintf(note, sizeof(note),
                "an operation %.2f us, with a span %+.0f ns [%+.0f %+.0f]; none against none "
                "%+.2f %% [%+.2f %+.2f]",
                operation_ns / 1e3, more.value.median, more.interval.low, more.interval.high,
                same.value.median, same.interval.low, same.interval.high);
  figure.note = note;
  figure.series = {series_of(rounds, &Round::ours, "none and ours"),
                   series_of(rounds, &Round::same, "none and none")};
}

}  // namespace

Figure compare_turns(const std::function<void()>& begin_round, const OperationTurn& turn,
                     const Effort& effort) {
  const ScratchDirectory directory;
  const std::string file = directory.path() + "/spans.jsonl";
  Result<std::unique_ptr<Exporter>> exporter = make_otlp_file_exporter({.path = file});
  if (!exporter) return problem(exporter.error());
  RecorderOptions options;
  options.exporters.push_back(std::move(*exporter));
  Session session(Drained::kYes, std::move(options));
  if (!session.problem().empty()) return problem(session.problem());
  const auto begin = [&] {
    begin_round();
    session.flush();
    std::filesystem::resize_file(file, 0);  // what was written is no longer needed
  };
  // Thrown away; again while the ring grows.
  constexpr unsigned kWarmUpsMax = 5;
  std::minstd_rand random{1};
  std::uint64_t ring_bytes = 0;
  for (unsigned i = 0; i < kWarmUpsMax && session.ring_bytes() != ring_bytes; ++i) {
    ring_bytes = session.ring_bytes();
    begin();
    (void)take_round(turn, random, effort.quick);
  }
  session.begin_counting();
  Figure figure;
  std::vector<Round> rounds;
  std::vector<double> floor_ns;
  while (rounds.size() < effort.pairs) {
    begin();
    floor_ns.push_back(ns_flat_out(read_tick_pairs));
    rounds.push_back(take_round(turn, random, effort.quick));
    report_round(rounds.size(), effort.pairs);
  }
  session.finish_counting(figure);
  figure.rounds = plain_rounds(rounds, floor_ns);
  describe(figure, rounds);
  return figure;
}

}  // namespace nanospan::bench
