#include "report/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "harness/rounds.h"

namespace nanospan::bench {
namespace {

Progress* current = nullptr;  // an observer of rounds is a plain function

std::string time_text(double seconds) {
  char text[32];
  if (seconds < 90)
    std::snprintf(text, sizeof(text), "%.0f s", seconds);
  else
    std::snprintf(text, sizeof(text), "%.0f min", seconds / 60);
  return text;
}

}  // namespace

Progress::Progress(std::vector<Step> steps)
    : on_terminal_(isatty(STDERR_FILENO) == 1), steps_(std::move(steps)) {
  if (!on_terminal_) return;
  current = this;
  observe_rounds([](std::size_t valid, std::size_t wanted) { current->show(valid, wanted); });
}

Progress::~Progress() {
  if (!on_terminal_) return;
  observe_rounds(nullptr);
  clear();
}

void Progress::begin(const std::string& name) {
  const auto found = std::find_if(steps_.begin(), steps_.end(),
                                  [&name](const Step& step) { return step.name == name; });
  if (!on_terminal_ || found == steps_.end()) return;
  at_ = static_cast<std::size_t>(found - steps_.begin());
  shown_ = {};
  show(0, 0);
}

void Progress::clear() const {
  if (on_terminal_) std::fputs("\r\033[K", stderr);
}

double Progress::expected(std::size_t from, std::size_t to) const {
  double seconds = 0;
  for (std::size_t i = from; i < to; ++i) seconds += steps_[i].seconds;
  return seconds;
}

void Progress::show(std::size_t valid, std::size_t wanted) {
  if (steps_.empty() || Clock::now() - shown_ < std::chrono::seconds(1)) return;
  shown_ = Clock::now();
  const double spent = std::chrono::duration<double>(shown_ - start_).count();
  const double part = wanted == 0 ? 0 : static_cast<double>(valid) / static_cast<double>(wanted);
  const double done = expected(0, at_) + part * steps_[at_].seconds;
  const double left = expected(at_, steps_.size()) - part * steps_[at_].seconds;
  // A guess as firm as ten seconds of measuring, until there is more than that.
  constexpr double kGuess = 10;
  const double slower = (spent + kGuess) / (done + kGuess);
  clear();
  std::fprintf(stderr, "%zu of %zu: %s", at_ + 1, steps_.size(), steps_[at_].name.c_str());
  if (wanted != 0) std::fprintf(stderr, ", round %zu of %zu", valid, wanted);
  std::fprintf(stderr, "; %s gone, some %s to go", time_text(spent).c_str(),
               time_text(left * slower).c_str());
  std::fflush(stderr);
}

}  // namespace nanospan::bench
