#include <cstdio>

#include "service/load/load.h"

namespace nanospan::bench {

LoadResult read_wrk_output(std::string_view output) {
  LoadResult result;
  const std::size_t begin = output.find("figures ");
  const std::string line(output.substr(begin == std::string_view::npos ? output.size() : begin));
  double requests = 0, duration_us = 0, errors = 0;
  if (std::sscanf(line.c_str(), "figures %lf %lf %lf %lf %lf %lf", &requests, &duration_us,
                  &result.p50_us, &result.p99_us, &result.p999_us, &errors) != 6)
    result.problem = "wrk did not print its figures";
  else if (errors > 0)
    result.problem = "wrk saw errors";
  else if (duration_us <= 0)
    result.problem = "wrk took no time";
  else
    result.per_second = requests * 1e6 / duration_us;
  return result;
}

}  // namespace nanospan::bench
