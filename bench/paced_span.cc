// One span every 1 or 10 µs, with the drain: closer to a service than a tight loop.
#include "comparison.h"

namespace nanospan::bench {

Figure measure_every_1_us(const Effort& effort) {
  return compare_one_at_a_time(1'000, effort);
}

Figure measure_every_10_us(const Effort& effort) {
  return compare_one_at_a_time(10'000, effort);
}

}  // namespace nanospan::bench
