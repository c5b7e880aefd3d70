// A scoped span without attributes, a root each time, nothing reads.
#include "comparison.h"
#include "span_loops.h"

namespace nanospan::bench {

Figure measure_scoped_span(const Effort& effort) {
  return compare_alone(record_spans, effort);
}

}  // namespace nanospan::bench
