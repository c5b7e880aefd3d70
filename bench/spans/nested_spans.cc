// Spans nested four deep, per span, nothing reads.
#include "recording/comparison.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {

Figure measure_nested_spans(const Effort& effort) {
  return compare_alone(record_nested_spans, effort);
}

}  // namespace nanospan::bench
