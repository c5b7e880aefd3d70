#include "harness/cost.h"

#include <cmath>
#include <deque>
#include <utility>

namespace nanospan::bench {

Effort full_effort() {
  return {};
}

Effort quick_effort() {
  return {.quick = true,
          .rounds = {.valid_min = 5, .rounds_max = 15},
          .long_run_seconds = 0.2,
          .idle_seconds = 0.5,
          .threads = 20,
          .pairs = 2};
}

Figure problem(std::string sentence) {
  Figure figure;
  figure.value = {std::nan(""), std::nan(""), std::nan("")};
  figure.problem = std::move(sentence);
  return figure;
}

Figure not_run(const std::string& why) {
  Figure figure = problem("not run: " + why);
  figure.was_run = false;
  return figure;
}

const char* keep_text(std::string text) {
  static std::deque<std::string> texts;  // addresses stay
  return texts.emplace_back(std::move(text)).c_str();
}

}  // namespace nanospan::bench
