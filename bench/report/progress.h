// Progress: on a terminal, which row is measured, which of its rounds, how long the rest may take.
//
// One line on standard error, between rounds, at most once a second, so that what is measured does
// not see it; clear() before anything else is printed. Elsewhere nothing is written. How long the
// rest takes is a guess: as much more or less than expected as what was measured by then.
// Threads: the writer's. Invariants: one at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace nanospan::bench {

class Progress {
 public:
  struct Step {
    std::string name;
    double seconds = 1;  // expected
  };
  explicit Progress(std::vector<Step> steps);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  // The step of this name; those before it are over, those after it are to come.
  void begin(const std::string& name);
  void clear() const;

 private:
  using Clock = std::chrono::steady_clock;
  void show(std::size_t valid, std::size_t wanted);
  [[nodiscard]] double expected(std::size_t from, std::size_t to) const;

  const bool on_terminal_;
  const std::vector<Step> steps_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point shown_{};
  std::size_t at_ = 0;
};

}  // namespace nanospan::bench
