// The two loads that the service is put under, and what their user sees of it.
//
// Threads: any one; it waits.
#pragma once

#include <functional>
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

// The part of a load that is measured. What comes before it, as fast as the service answers, is
// long enough for each of its tasks to be asked for: however long it stood still before, its data
// is where it always is.
struct Window {
  double seconds = 0.05;
  std::function<void()> begins, ends;  // called at its borders
};
// Over so many connections, from the drain's core.
inline constexpr unsigned kConnections = 3;

// 5,000 requests a second, whatever the service does; how long one takes counts from when it was
// due, so that a service that stands still is seen by all that came meanwhile: no coordinated
// omission. Asleep between requests. The figures are of the window.
[[nodiscard]] LoadResult run_paced(int port, const std::string& path, const Window& window);

// As fast as the service answers. wrk sends a request when the one before was answered
// (coordinated omission): what it calls latency is how long an answer takes at saturation, and a
// standstill counts once. Its figures are of the whole load.
[[nodiscard]] LoadResult run_wrk(int port, const std::string& path, const Window& window);
// The line that our script for wrk prints; its own table says no p99.9. It is in `output`, among
// wrk's own lines, or there is a problem.
[[nodiscard]] LoadResult read_wrk_output(std::string_view output);

}  // namespace nanospan::bench
