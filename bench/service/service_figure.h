// What a side of the service costs more than the uninstrumented one.
//
// Threads: the writer's.
#pragma once

#include "harness/cost.h"
#include "service/service_run.h"

namespace nanospan::bench {

struct ServicePlace {
  std::size_t group = 0, side = 0;
  Load load = Load::kPaced;
};
// us of CPU of the request threads a request, with what the user sees of it in the facts.
[[nodiscard]] Figure more_than_none(ServicePlace place, const Effort& effort);

}  // namespace nanospan::bench
