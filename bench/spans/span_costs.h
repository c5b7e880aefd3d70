// The rows of single spans and of what goes into them.
//
// Threads: the writer's.
#pragma once

#include <span>

#include "harness/cost.h"

namespace nanospan::bench {

[[nodiscard]] std::span<const Cost> span_rows();

Figure measure_no_recorder(const Effort&);
Figure measure_switched_off(const Effort&);
Figure measure_scoped_span(const Effort&);
Figure measure_nested_spans(const Effort&);
Figure measure_drained_span(const Effort&);
Figure measure_drained_nested(const Effort&);
Figure measure_plugin_span(const Effort&);
Figure measure_library_span(const Effort&);
Figure measure_one_attribute(const Effort&);
Figure measure_four_attributes(const Effort&);
Figure measure_ten_attributes(const Effort&);
Figure measure_event(const Effort&);
Figure measure_link(const Effort&);
Figure measure_inject(const Effort&);
Figure measure_extract(const Effort&);
Figure measure_propagate(const Effort&);
Figure measure_detached(const Effort&);
Figure measure_detached_across(const Effort&);
Figure measure_unrecorded_child(const Effort&);
Figure measure_two_threads(const Effort&);
Figure measure_first_span(const Effort&);
Figure measure_prepared_span(const Effort&);
Figure measure_first_callsite(const Effort&);

}  // namespace nanospan::bench
