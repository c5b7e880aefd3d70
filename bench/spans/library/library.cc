// A library that the program is linked with: its loop once more, in a module of its own.
#include "spans/library/library.h"

#include "recording/span_loops.h"

namespace nanospan::bench {

void record_spans_in_library(std::size_t spans) {
  record_spans(spans);
}

}  // namespace nanospan::bench
