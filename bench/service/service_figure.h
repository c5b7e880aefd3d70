// What a side of the service costs more than another.
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
// us of CPU of the request threads a request more than the uninstrumented service's, with what the
// user sees of it in the facts.
[[nodiscard]] Figure more_than_none(ServicePlace place, const Effort& effort);
// The same over `spans` times a span's cost flat out: the interval is of both.
[[nodiscard]] Figure over_spans(ServicePlace place, unsigned spans, const Effort& effort);
// us more than another side of the same process.
[[nodiscard]] Figure more_than_side(ServicePlace place, std::size_t other, const Effort& effort);

}  // namespace nanospan::bench
