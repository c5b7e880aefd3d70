// No instrument, and a thread that takes a fifth of the load's core for nothing: about as much as
// drain and OTLP file take there of 20 spans a request. What of a cost comes from the load being
// held up, whoever does it.
#pragma once

#include <chrono>
#include <string>
#include <thread>

#include "harness/machine.h"
#include "service/program/instrument.h"

#define NANOSPAN_BENCH_IN_SPAN(NAME, WORK) (WORK)()

namespace nanospan::bench {

class Instrument {
 public:
  Instrument(const std::string&, unsigned cpu)
      : busy_([cpu](const std::stop_token& stop) {
          pin_this_thread(cpu);
          while (!stop.stop_requested()) {
            const auto rests = Clock::now() + std::chrono::milliseconds(2);
            while (Clock::now() < rests) {
            }
            // The share that it leaves to the load; nothing is awaited.
            std::this_thread::sleep_for(std::chrono::milliseconds(8));
          }
        }) {}
  [[nodiscard]] const std::string& problem() const { return problem_; }
  void prepare_thread() {}
  Delivery delivery(std::uint64_t) { return {}; }

 private:
  using Clock = std::chrono::steady_clock;
  std::string problem_;
  std::jthread busy_;
};

}  // namespace nanospan::bench
