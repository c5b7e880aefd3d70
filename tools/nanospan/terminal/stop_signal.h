// StopSignal: SIGINT and SIGTERM ask a command that runs on to end; a second one ends it at once.
//
// Threads: one at a time, in main().
#pragma once

#include <chrono>
#include <csignal>

namespace nanospan::tools {

class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  [[nodiscard]] static bool has_come() noexcept;
  // Until then, or a signal.
  static void sleep(std::chrono::nanoseconds time) noexcept;

 private:
  struct sigaction interrupt_before_ {};
  struct sigaction terminate_before_ {};
};

}  // namespace nanospan::tools
