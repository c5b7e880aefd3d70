// Pace: the ways of spending a chunk: flat out, in bursts at a rate, one at a time.
//
// Threads: the calling one. Nothing here sleeps; it waits by reading ticks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/machine.h"
#include "nanospan/detail/tick_source.h"

namespace nanospan::bench {

inline constexpr std::size_t kChunk = 20'000;  // operations flat out: a third of a millisecond

using Loop = void (*)(std::size_t operations);

// `work(n)` does n operations. ns per operation.
template <typename Work>
double ns_flat_out(Work&& work, std::size_t operations = kChunk) {
  const std::uint64_t begin = detail::read_ticks();
  work(operations);
  return static_cast<double>(detail::read_ticks() - begin) * ns_per_tick() /
         static_cast<double>(operations);
}

struct Pace {
  double per_second = 10e6;
  std::size_t operations = 100'000;
  std::size_t burst = 64;  // done in one go, then waited for; measured are the bursts alone
};

// A burst that comes late is followed at once by the next, so that the rate holds. ns per
// operation.
template <typename Work>
double ns_in_bursts(Work&& work, const Pace& pace) {
  const double ticks_per_second = 1e9 / ns_per_tick();
  const double period = ticks_per_second * static_cast<double>(pace.burst) / pace.per_second;
  const std::uint64_t origin = detail::read_ticks();
  std::uint64_t busy = 0;
  std::size_t bursts = 0;
  for (std::size_t done = 0; done < pace.operations; done += pace.burst) {
    const std::uint64_t due =
        origin + static_cast<std::uint64_t>(period * static_cast<double>(bursts++));
    std::uint64_t begin = detail::read_ticks();
    while (begin < due) begin = detail::read_ticks();
    work(pace.burst);
    busy += detail::read_ticks() - begin;
  }
  return static_cast<double>(busy) * ns_per_tick() / static_cast<double>(bursts * pace.burst);
}

// One operation each `period_ns`, timed alone: what each took in ticks, the two reads around it
// included. As many as `lengths` has; its memory is touched before.
template <typename Work>
void time_one_at_a_time(Work&& work, double period_ns, std::vector<std::uint64_t>& lengths) {
  const auto period = static_cast<std::uint64_t>(period_ns / ns_per_tick());
  std::uint64_t due = detail::read_ticks() + period;
  for (std::uint64_t& length : lengths) {
    std::uint64_t begin = detail::read_ticks();
    while (begin < due) begin = detail::read_ticks();
    due = begin + period;
    work(1);
    length = detail::read_ticks() - begin;
  }
}

// The mean of the lowest 99 %, in ns. Reorders them.
inline double mean_of_lowest_ns(std::vector<std::uint64_t>& lengths) {
  const std::size_t kept = lengths.size() - lengths.size() / 100;
  std::nth_element(lengths.begin(), lengths.begin() + static_cast<std::ptrdiff_t>(kept - 1),
                   lengths.end());
  double sum = 0;
  for (std::size_t i = 0; i < kept; ++i) sum += static_cast<double>(lengths[i]);
  return sum / static_cast<double>(kept) * ns_per_tick();
}

}  // namespace nanospan::bench
