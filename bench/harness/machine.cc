#include "harness/machine.h"

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "harness/clock.h"
#include "harness/first_line.h"
#include "nanospan/detail/tick_source.h"

namespace nanospan::bench {
namespace {

// The tick at the middle of the tightest of some brackets, so that an interrupt between the two
// clocks does not count.
struct TickAndTime {
  double ticks, ns;
};
TickAndTime read_both() {
  TickAndTime best{};
  std::uint64_t tightest = ~0ull;
  for (int i = 0; i < 50; ++i) {
    const std::uint64_t before = detail::read_ticks();
    const double ns = monotonic_ns();
    const std::uint64_t width = detail::read_ticks() - before;
    if (width >= tightest) continue;
    tightest = width;
    best = {static_cast<double>(before) + static_cast<double>(width) / 2, ns};
  }
  return best;
}

double calibrate() {
  const TickAndTime first = read_both();
  while (monotonic_ns() - first.ns < 1e8) {
  }
  const TickAndTime last = read_both();
  return (last.ns - first.ns) / (last.ticks - first.ticks);
}

std::string cpu_model() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

}  // namespace

const std::vector<unsigned>& usable_cpus() {
  // Read once, before anything is pinned.
  static const std::vector<unsigned> cpus = [] {
    std::vector<unsigned> found;
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof(set), &set);
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &set)) found.push_back(cpu);
    if (found.empty()) found.push_back(0);
    return found;
  }();
  return cpus;
}

bool pin_this_thread(unsigned cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return sched_setaffinity(0, sizeof(set), &set) == 0;
}

double ns_per_tick() {
  static const double scale = calibrate();
  return scale;
}

void park_second_thread() {
  std::thread([] {
    for (;;) pause();
  }).detach();
}

MachineFacts machine_facts() {
  utsname name{};
  uname(&name);
  MachineFacts facts;
  facts.cpu = cpu_model();
  facts.cores = static_cast<unsigned>(usable_cpus().size());
  facts.kernel = std::string(name.sysname) + " " + name.release + " " + name.machine;
#if defined(__clang__)
  facts.compiler = "clang " __clang_version__;
#else
  facts.compiler = "g++ " __VERSION__;
#endif
  facts.flags = NANOSPAN_BENCH_FLAGS;
  facts.build = NANOSPAN_BENCH_BUILD;
  facts.tick_counter =
      first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  facts.governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  return facts;
}

}  // namespace nanospan::bench
