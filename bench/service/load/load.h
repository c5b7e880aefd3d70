// The two loads that the service is put under, and what their user sees of it.
//
// Threads: any one; it waits.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nanospan::bench {

struct LoadResult {
  double per_second = 0;  // answers
  double p50_us = 0, p99_us = 0, p999_us = 0;
  std::vector<double> took_us;  // each request, where the load counts them
  std::string problem;
};

struct PacedLoad {
  double per_second = 5'000;
  double seconds = 0.25;
  unsigned connections = 3;
};
// Requests at a constant rate, whatever the service does; how long one takes counts from when it
// was due, so that a service that stands still is seen by all that came meanwhile: no coordinated
// omission. From the drain's core, asleep between requests.
[[nodiscard]] LoadResult run_paced(int port, const std::string& path, const PacedLoad& load);

// As fast as the service answers, over 3 connections, from the drain's core. wrk sends a request
// when the one before was answered (coordinated omission): what it calls latency is how long an
// answer takes at saturation, and a standstill counts once.
[[nodiscard]] LoadResult run_wrk(int port, const std::string& path, double seconds);
// The line that our script for wrk prints; its own table says no p99.9. It is in `output`, among
// wrk's own lines, or there is a problem.
[[nodiscard]] LoadResult read_wrk_output(std::string_view output);

}  // namespace nanospan::bench
