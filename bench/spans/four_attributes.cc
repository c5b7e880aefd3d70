// A scoped span with four attributes, keys and literal interned, nothing reads.
#include "recording/comparison.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {

Figure measure_four_attributes(const Effort& effort) {
  return compare_alone(record_spans_with_attributes, effort);
}

}  // namespace nanospan::bench
