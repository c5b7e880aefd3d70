// Spans nested four deep, per span, nothing reads.
#include "comparison.h"
#include "span_loops.h"

namespace nanospan::bench {

Figure measure_nested_spans(const Effort& effort) {
  return compare_alone(record_nested_spans, effort);
}

}  // namespace nanospan::bench
