// Scoped spans while the drain reads and encodes them on the other core, 10 M/s, none lost.
#include "comparison.h"
#include "span_loops.h"

namespace nanospan::bench {

Figure measure_drained_span(const Effort& effort) {
  return compare_drained(record_spans, effort);
}

Figure measure_drained_nested(const Effort& effort) {
  return compare_drained(record_nested_spans, effort);
}

}  // namespace nanospan::bench
