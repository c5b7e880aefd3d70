// The rows of sizes: of the program, and of a span in its ring.
//
// Threads: the writer's.
#pragma once

#include <span>

#include "harness/cost.h"

namespace nanospan::bench {

[[nodiscard]] std::span<const Cost> size_rows();

Figure measure_ring_bytes_plain(const Effort&);
Figure measure_ring_bytes_four_attributes(const Effort&);
Figure measure_core_text(const Effort&);
Figure measure_core_libraries(const Effort&);

}  // namespace nanospan::bench
