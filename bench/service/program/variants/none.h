// No instrument: what the others are compared to.
#pragma once

#include <string>

#include "service/program/instrument.h"

#define NANOSPAN_BENCH_IN_SPAN(NAME, WORK) (WORK)()

namespace nanospan::bench {

class Instrument {
 public:
  Instrument(const std::string&, unsigned) {}
  [[nodiscard]] const std::string& problem() const { return problem_; }
  void prepare_thread() {}
  Delivery delivery(std::uint64_t) { return {}; }

 private:
  std::string problem_;
};

}  // namespace nanospan::bench
