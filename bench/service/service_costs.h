// The rows of the service: what a side costs more than the uninstrumented one.
//
// Threads: the writer's.
#pragma once

#include <span>

#include "harness/cost.h"

namespace nanospan::bench {

[[nodiscard]] std::span<const Cost> service_rows();
[[nodiscard]] std::span<const Cost> service_peer_rows();

}  // namespace nanospan::bench
