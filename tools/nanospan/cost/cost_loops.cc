#include "cost/cost_loops.h"

#include "bench/recording/span_loops.h"

namespace nanospan::tools {

const CostLoops& cost_loops() noexcept {
  static constexpr CostLoops kLoops{
      .nothing = bench::do_nothing,
      .span = bench::record_spans,
      .attributes = bench::record_spans_with_attributes,
      .events = bench::record_spans_with_events<CostLoops::kOfEach>,
      .switched_off = bench::start_switched_off,
  };
  bench::switched_off_site.state.store(detail::kCallsiteOff, std::memory_order_relaxed);
  return kLoops;
}

}  // namespace nanospan::tools
