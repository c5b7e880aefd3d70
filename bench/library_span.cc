// A scoped span from a shared library that the program is linked with, against the same loop in it.
#include "comparison.h"
#include "library/library.h"

namespace nanospan::bench {

Figure measure_library_span(const Effort& effort) {
  return compare_places("library", record_spans_in_library, effort);
}

}  // namespace nanospan::bench
