// The rows of what reads spans: the drain, and recovery.
//
// Threads: the writer's.
#pragma once

#include <span>

#include "harness/cost.h"

namespace nanospan::bench {

[[nodiscard]] std::span<const Cost> reading_rows();

Figure measure_drain_plain(const Effort&);
Figure measure_drain_four_attributes(const Effort&);
Figure measure_recovery(const Effort&);
Figure measure_idle_drain(const Effort&);

}  // namespace nanospan::bench
