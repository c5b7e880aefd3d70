// What nanospan_bench_library shows. Threads: any.
#pragma once

#include <cstddef>

#include "nanospan/detail/compiler.h"

namespace nanospan::bench {

NANOSPAN_EXPORT void record_spans_in_library(std::size_t spans);

}  // namespace nanospan::bench
