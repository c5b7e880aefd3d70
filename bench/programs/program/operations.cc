#include "programs/program/operations.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "nanospan/exporters/otlp_file_exporter.h"
#include "recording/session.h"

namespace nanospan::bench {
namespace {

constexpr unsigned kTurnsOfBlock = 4;

// Two turns of each side, A B B A or B A A B: what drifts or grows steadily is in both alike. ns of
// an operation.
struct Block {
  double none = 0, other = 0;
};

Block take_block(const OperationTurn& turn, bool other_has_span, bool other_first) {
  Block block;
  for (unsigned i = 0; i < kTurnsOfBlock; ++i) {
    const bool is_other = (i == 1 || i == 2) != other_first;
    (is_other ? block.other : block.none) += turn(is_other && other_has_span) / 2;
  }
  return block;
}

// Blocks of no span against a span, and of no span against no span. Which comes next, and which of
// its sides first, is thrown: a program has periods of its own (SQLite's checkpoints), and what
// alternates strictly beats with them.
class Round {
 public:
  void take(const OperationTurn& turn, bool prints) {
    for (std::size_t i = 0; i < kTurnsOfRound / kTurnsOfBlock / 2; ++i) {
      const bool ours_first = coin_(random_);
      for (const bool is_ours : {ours_first, !ours_first}) {
        const Block block = take_block(turn, is_ours, coin_(random_));
        if (prints)
          std::printf("%s %.3f %.3f\n", is_ours ? "ours" : "same", block.none, block.other);
      }
    }
  }

 private:
  std::minstd_rand random_{std::random_device{}()};
  std::bernoulli_distribution coin_;
};

}  // namespace

std::string take_turns(const std::function<void()>& begin_round, const OperationTurn& turn,
                       unsigned rounds) {
  const ScratchDirectory directory;
  const std::string file = directory.path() + "/spans.jsonl";
  Result<std::unique_ptr<Exporter>> exporter = make_otlp_file_exporter({.path = file});
  if (!exporter) return exporter.error();
  RecorderOptions options;
  options.exporters.push_back(std::move(*exporter));
  Session session(Drained::kYes, std::move(options));
  if (!session.problem().empty()) return session.problem();
  Round round;
  const auto take_round = [&](bool prints) {
    begin_round();
    session.flush();
    std::filesystem::resize_file(file, 0);  // what was written is no longer needed
    round.take(turn, prints);
  };
  // Thrown away; again while the ring grows.
  constexpr unsigned kWarmUpsMax = 5;
  std::uint64_t ring_bytes = 0;
  for (unsigned i = 0; i < kWarmUpsMax && session.ring_bytes() != ring_bytes; ++i) {
    ring_bytes = session.ring_bytes();
    take_round(false);
  }
  session.begin_counting();
  for (unsigned i = 0; i < rounds; ++i) take_round(true);
  Figure delivery;
  session.finish_counting(delivery);
  std::printf("delivery %llu %llu\n", static_cast<unsigned long long>(delivery.exported),
              static_cast<unsigned long long>(delivery.lost));
  return "";
}

}  // namespace nanospan::bench
