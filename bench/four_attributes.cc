// A scoped span with four attributes, keys and literal interned, nothing reads.
#include "comparison.h"
#include "span_loops.h"

namespace nanospan::bench {

Figure measure_four_attributes(const Effort& effort) {
  return compare_alone(record_spans_with_attributes, effort);
}

}  // namespace nanospan::bench
