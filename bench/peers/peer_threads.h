// The threads of a peer's process, whoever started them.
//
// Threads: any one.
#pragma once

#include <sched.h>

#include <filesystem>
#include <string>

namespace nanospan::bench::peers {

// Those that there are by now: some recorders start threads before main() does anything.
inline void pin_all_threads(unsigned cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task"))
    sched_setaffinity(std::stoi(task.path().filename()), sizeof(set), &set);
}

}  // namespace nanospan::bench::peers
