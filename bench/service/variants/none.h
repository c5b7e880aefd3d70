// No instrument: what the others are compared to.
#pragma once

#include <string>

#include "service/instrument.h"

#define NANOSPAN_BENCH_SPAN(NAME) static_cast<void>(0)

namespace nanospan::bench {

class Instrument {
 public:
  Instrument(const std::string&, unsigned) {}
  [[nodiscard]] const std::string& problem() const { return problem_; }
  void prepare_thread() {}
  Delivery delivery() { return {}; }

 private:
  std::string problem_;
};

}  // namespace nanospan::bench
