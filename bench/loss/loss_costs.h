// The rows of rates and bursts of which nothing is lost, and of readers of a ring.
//
// Threads: the writer's.
#pragma once

#include <cstddef>
#include <span>

#include "harness/cost.h"

namespace nanospan::bench {

[[nodiscard]] std::span<const Cost> loss_rows();

// The highest rate at which one writer and one drain lose nothing.
Figure measure_lossless_rate(const Effort&);
Figure measure_lossless_four_attributes(const Effort&);

// The longest burst out of silence of which nothing is lost.
[[nodiscard]] Figure measure_burst(std::size_t ring_bytes, const Effort& effort);

// What a span costs its writer, over F, while so many readers look each so often.
[[nodiscard]] Figure measure_polling(unsigned period_us, const Effort& effort);
[[nodiscard]] Figure measure_readers(unsigned readers, const Effort& effort);

}  // namespace nanospan::bench
