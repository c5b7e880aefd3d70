// The sides of the service that are compared, in groups that are measured together.
//
// Threads: any one.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace nanospan::bench {

struct ServiceSide {
  std::string name;
  std::string process;  // sides of the same share one
  std::string variant;  // nanospan_bench_service_<variant>
  unsigned spans = 0;   // a request
  std::string needs;    // what was missing where there is no such program
  unsigned turns = 1;   // of each half of the order: what is judged has more
};

// The first side is the uninstrumented one that the others are compared to.
using ServiceGroup = std::vector<ServiceSide>;
inline constexpr std::size_t kServiceSidesMax = 16;  // of a group

// Ours, by the number of spans, then each peer with 1, 10, 20 and 50 of them.
inline constexpr std::size_t kOurs = 0, kFirstOfPeers = 1;
inline constexpr unsigned kSpansOfPeers[] = {1, 10, 20, 50};
[[nodiscard]] const std::vector<ServiceGroup>& service_groups();

}  // namespace nanospan::bench
