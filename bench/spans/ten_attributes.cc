// A scoped span with ten attributes of all kinds, keys and literals interned, nothing reads.
#include "recording/comparison.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {

Figure measure_ten_attributes(const Effort& effort) {
  return compare_alone(record_spans_with_ten_attributes, effort);
}

}  // namespace nanospan::bench
