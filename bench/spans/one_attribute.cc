// A scoped span with one attribute, an int64 under an interned key, nothing reads.
#include "recording/comparison.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {

Figure measure_one_attribute(const Effort& effort) {
  return compare_alone(record_spans_with_one_attribute, effort);
}

}  // namespace nanospan::bench
