// Operations of somebody else's program, with a span around each and without, in pairs.
//
// Threads: the writer's. One recorder runs throughout, with the drain: what is compared is a span
// or none, not a recorder or none.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <random>
#include <string>

#include "harness/pace.h"
#include "nanospan/scope.h"
#include "recording/rulers.h"
#include "recording/session.h"

namespace nanospan::bench {

// The bar is meant for operations of at least so long.
inline constexpr double kJudgedFromNs = 5'000;

template <typename Operation>
[[gnu::noinline]] void without_spans(std::size_t operations, Operation& operation) {
  for (std::size_t i = 0; i < operations; ++i) operation();
}
template <typename Operation>
[[gnu::noinline]] void with_spans(std::size_t operations, Operation& operation) {
  for (std::size_t i = 0; i < operations; ++i) {
    NANOSPAN_SCOPE(span, "operation");
    operation();
  }
}

// `begin_turn` is not timed. What is more with a span, in % of an operation.
template <typename BeginTurn, typename Operation>
Figure compare_operations(std::size_t operations, BeginTurn&& begin_turn, Operation&& operation,
                          const Effort& effort) {
  Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  session.begin_counting();
  const std::size_t count = effort.quick ? operations / 5 : operations;
  const auto turn = [&](auto&& loop) {
    begin_turn();
    session.flush();  // the drain is not busy with the spans of the turn before
    return ns_flat_out([&](std::size_t n) { loop(n, operation); }, count);
  };
  Figure figure;
  figure.rounds = measure_rounds(
      {{"F", [] { return ns_flat_out(read_tick_pairs); }},
       {"none", [&] { return turn([](std::size_t n, auto& o) { without_spans(n, o); }); }},
       {"ours", [&] { return turn([](std::size_t n, auto& o) { with_spans(n, o); }); }}},
      pairs(effort.pairs));
  session.finish_counting(figure);
  const auto percent = [](const auto& ns) { return 100 * (ns[2] - ns[1]) / ns[1]; };
  const auto more_ns = [](const auto& ns) { return ns[2] - ns[1]; };
  figure.value = figure.rounds.of(percent);
  figure.interval = interval_of_median(figure.rounds.values(percent));
  const Interval more = interval_of_median(figure.rounds.values(more_ns));
  const double operation_ns = figure.rounds.side(1).median;
  figure.is_judged = operation_ns >= kJudgedFromNs && !std::isnan(figure.interval.low);
  figure.facts = {{"operation_ns", operation_ns},
                  {"more_ns", figure.rounds.of(more_ns).median},
                  {"more_from_ns", more.low},
                  {"more_to_ns", more.high}};
  char note[96];
  std::snprintf(note, sizeof(note), "an operation %.2f us, with a span %+.0f ns [%+.0f %+.0f]",
                operation_ns / 1e3, figure.facts[1].value, more.low, more.high);
  figure.note = note;
  return figure;
}

// Keys in no order, the same in each run.
class KeyOrder {
 public:
  explicit KeyOrder(unsigned keys) : next_(0, keys - 1) {}
  unsigned operator()() { return next_(random_); }

 private:
  std::minstd_rand random_{1};
  std::uniform_int_distribution<unsigned> next_;
};

// A directory in memory, so that no disk is measured; removed with all that is in it.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();
  [[nodiscard]] const std::string& path() const { return path_; }  // "": could not be made

 private:
  std::string path_;
};

}  // namespace nanospan::bench
