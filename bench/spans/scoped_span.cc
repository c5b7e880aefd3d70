// A scoped span without attributes, a root each time, nothing reads.
#include "recording/comparison.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {

Figure measure_scoped_span(const Effort& effort) {
  return compare_alone(record_spans, effort);
}

}  // namespace nanospan::bench
