// What the recorder costs a program that does nothing: CPU time after a second of silence.
#include <chrono>
#include <thread>

#include "harness/clock.h"
#include "harness/pace.h"
#include "reading/reading_costs.h"
#include "recording/session.h"
#include "recording/span_loops.h"

namespace nanospan::bench {
namespace {

// Of all threads: the drain, its workers, and this one, which sleeps.
double cpu_ns() {
  return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

void sleep_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

}  // namespace

Figure measure_idle_drain(const Effort& effort) {
  Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  session.settle_ring(Pace{}.per_second);
  session.flush();
  sleep_seconds(1);
  constexpr unsigned kSamples = 5;
  Figure figure;
  for (unsigned i = 0; i < kSamples; ++i) {
    const auto began = std::chrono::steady_clock::now();
    const double before = cpu_ns();
    sleep_seconds(effort.idle_seconds / kSamples);
    const double used = cpu_ns() - before;
    const std::chrono::duration<double, std::nano> passed =
        std::chrono::steady_clock::now() - began;
    figure.samples.push_back(100 * used / passed.count());
  }
  figure.value = spread_of(figure.samples);
  return figure;
}

}  // namespace nanospan::bench
