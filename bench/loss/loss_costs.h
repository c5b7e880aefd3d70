// The rows of bursts that a ring absorbs, and of readers of a ring.
//
// Threads: the writer's.
#pragma once

#include <cstddef>
#include <span>

#include "costs.h"

namespace nanospan::bench {

[[nodiscard]] std::span<const Cost> loss_rows();

// The longest burst out of silence of which nothing is lost.
[[nodiscard]] Figure measure_burst(std::size_t ring_bytes, const Effort& effort);

// What a span costs its writer, over F, while so many readers look each so often.
[[nodiscard]] Figure measure_polling(unsigned period_us, const Effort& effort);
[[nodiscard]] Figure measure_readers(unsigned readers, const Effort& effort);

}  // namespace nanospan::bench
