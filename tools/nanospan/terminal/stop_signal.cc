#include "terminal/stop_signal.h"

#include <ctime>

namespace nanospan::tools {
namespace {

volatile std::sig_atomic_t signal_has_come = 0;

void note_signal(int) {
  signal_has_come = 1;
}

}  // namespace

StopSignal::StopSignal() {
  struct sigaction action {};
  action.sa_handler = note_signal;
  // A write that is under way is not cut short; the second signal finds the default action.
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, &action, &interrupt_before_);
  sigaction(SIGTERM, &action, &terminate_before_);
}

StopSignal::~StopSignal() {
  sigaction(SIGINT, &interrupt_before_, nullptr);
  sigaction(SIGTERM, &terminate_before_, nullptr);
}

bool StopSignal::has_come() noexcept {
  return signal_has_come != 0;
}

void StopSignal::sleep(std::chrono::nanoseconds time) noexcept {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const timespec wanted{time.count() / kSecond, time.count() % kSecond};
  // One that comes just before costs the sleep: a tenth of a second at most.
  if (!has_come()) nanosleep(&wanted, nullptr);
}

}  // namespace nanospan::tools
