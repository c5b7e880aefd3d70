#include "size/size_costs.h"

namespace nanospan::bench {
namespace {

constexpr bool kLess = false, kAny = false;

constexpr Cost kRows[] = {
    {"ring_bytes/plain", "bytes of ring per span, no attributes", "bytes", 64, kNoAim, kLess, kAny,
     measure_ring_bytes_plain},
    {"ring_bytes/four_attributes", "bytes of ring per span, 4 attributes", "bytes", 192, kNoAim,
     kLess, kAny, measure_ring_bytes_four_attributes},
    {"core_text", "text that nanospan::core adds to an empty program", "KB", 150, 80, kLess, kAny,
     measure_core_text},
    {"core_libraries", "libraries that it needs beyond libc and libstdc++", "", 0, kNoAim, kLess,
     kAny, measure_core_libraries},
};

}  // namespace

std::span<const Cost> size_rows() {
  return kRows;
}

}  // namespace nanospan::bench
