// Machine: where the numbers come from, and the means to keep it from moving: cores, ticks,
// threads.
//
// Threads: none, but where a function says whom it pins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nanospan::bench {

// The cores this process may use, ascending.
[[nodiscard]] const std::vector<unsigned>& usable_cpus();
[[nodiscard]] inline unsigned writer_cpu() {
  return usable_cpus().front();
}
[[nodiscard]] inline unsigned drain_cpu() {
  return usable_cpus().back();
}
[[nodiscard]] inline bool has_two_cores() {
  return usable_cpus().size() > 1;
}

// Pins the calling thread. False: the kernel refused.
bool pin_this_thread(unsigned cpu);

// Calibrated once, against CLOCK_MONOTONIC over a tenth of a second.
[[nodiscard]] double ns_per_tick();

// A second thread, alive and asleep for the life of the process: a process of one thread elides
// atomics and flatters what is measured.
void park_second_thread();

struct MachineFacts {
  std::string cpu, kernel, compiler, flags, build, tick_counter, governor;
  unsigned cores = 0;
};
[[nodiscard]] MachineFacts machine_facts();

}  // namespace nanospan::bench
