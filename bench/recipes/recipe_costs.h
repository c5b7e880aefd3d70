// The rows of recipes that others published: OpenTelemetry's and Dapper's.
//
// Threads: the writer's.
#pragma once

#include <span>

#include "harness/cost.h"

namespace nanospan::bench {

[[nodiscard]] std::span<const Cost> recipe_rows();

Figure measure_otel_throughput(const Effort&);
Figure measure_otel_cpu(const Effort&);
Figure measure_otel_cpu_peak(const Effort&);
Figure measure_otel_heap(const Effort&);
Figure measure_dapper_root(const Effort&);
Figure measure_dapper_child(const Effort&);
Figure measure_dapper_annotation_unsampled(const Effort&);
Figure measure_dapper_annotation_sampled(const Effort&);
Figure measure_dapper_daemon(const Effort&);

}  // namespace nanospan::bench
