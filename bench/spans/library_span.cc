// A scoped span from a shared library that the program is linked with, against the same loop in it.
#include "recording/comparison.h"
#include "spans/library/library.h"
#include "spans/span_costs.h"

namespace nanospan::bench {

Figure measure_library_span(const Effort& effort) {
  return compare_places("library", record_spans_in_library, effort);
}

}  // namespace nanospan::bench
