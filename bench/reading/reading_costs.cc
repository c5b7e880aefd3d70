#include "reading/reading_costs.h"

namespace nanospan::bench {
namespace {

constexpr bool kLess = false, kMore = true, kAny = false;

constexpr Cost kRows[] = {
    {"drain/plain", "ring to OTLP bytes, no attributes, per span", "ns", 40, 25, kLess, kAny,
     measure_drain_plain},
    {"drain/four_attributes", "ring to OTLP bytes, 4 attributes, per span", "ns", 110, 70, kLess,
     kAny, measure_drain_four_attributes},
    {"recovery", "region's file to OTLP protobuf file, one core", "M/s", 5, kNoAim, kMore, kAny,
     measure_recovery},
    {"idle_drain", "CPU of the process after a second of silence", "% of a core", 0.1, kNoAim,
     kLess, kAny, measure_idle_drain, 12},
};

}  // namespace

std::span<const Cost> reading_rows() {
  return kRows;
}

}  // namespace nanospan::bench
