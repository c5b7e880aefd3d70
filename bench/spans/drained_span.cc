// Scoped spans while the drain reads and encodes them on the other core, 10 M/s, none lost.
#include "recording/comparison.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {

Figure measure_drained_span(const Effort& effort) {
  return compare_drained(record_spans, effort);
}

Figure measure_drained_nested(const Effort& effort) {
  return compare_drained(record_nested_spans, effort);
}

}  // namespace nanospan::bench
