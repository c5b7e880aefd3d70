// Operations of somebody else's program, with a span around each and without, in short turns.
//
// Threads: the writer's. One recorder runs throughout, with the drain and an OTLP file: what is
// compared is a span or none, not a recorder or none.
#pragma once

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <utility>

#include "harness/clock.h"
#include "nanospan/scope.h"

namespace nanospan::bench {

// Of one call, whoever makes it: that of the loop with spans must not be compiled another way.
template <typename Operation>
[[gnu::noinline]] void perform(Operation& operation) {
  operation();
}

template <typename Operation>
[[gnu::noinline]] void without_spans(std::size_t operations, Operation& operation) {
  for (std::size_t i = 0; i < operations; ++i) perform(operation);
}
template <typename Operation>
[[gnu::noinline]] void with_spans(std::size_t operations, Operation& operation) {
  for (std::size_t i = 0; i < operations; ++i) {
    NANOSPAN_SCOPE(span, "operation");
    perform(operation);
  }
}

// ns of CPU of an operation, of as many as a turn has: who else wants the core is not in it.
using OperationTurn = std::function<double(bool with_span)>;

// Turns of both sides on one and the same state of the program, paired with their neighbours, in
// `rounds`; prints what each took (main.cc). `begin_round`, which is not timed, takes the state
// back to its start. "": it is done; else why not.
[[nodiscard]] std::string take_turns(const std::function<void()>& begin_round,
                                     const OperationTurn& turn, unsigned rounds);

// A turn has so many: a millisecond or less of them.
template <typename BeginRound, typename Operation>
std::string compare_operations(std::size_t of_turn, BeginRound&& begin_round, Operation&& operation,
                               unsigned rounds) {
  const OperationTurn turn = [&](bool with_span) {
    const double begin = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    with_span ? with_spans(of_turn, operation) : without_spans(of_turn, operation);
    return (clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin) / static_cast<double>(of_turn);
  };
  return take_turns(begin_round, turn, rounds);
}

// A row that this program was built with: main.cc finds it by its name. As objects of the files of
// each program, so that one whose package is missing is only not there.
class ProgramRow {
 public:
  using Measure = std::string (*)(unsigned rounds);  // "": it is done
  ProgramRow(const char* name, Measure measure)
      : name_(name), measure_(measure), next_(std::exchange(all, this)) {}
  // nullptr: it was not built.
  [[nodiscard]] static Measure find(const std::string& name) {
    for (const ProgramRow* row = all; row != nullptr; row = row->next_)
      if (name == row->name_) return row->measure_;
    return nullptr;
  }

 private:
  static inline constinit const ProgramRow* all = nullptr;
  const char* const name_;
  const Measure measure_;
  const ProgramRow* const next_;
};

// Turns of a round, of either side or both.
inline constexpr std::size_t kTurnsOfRound = 256;

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
