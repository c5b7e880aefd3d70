#include "recipes/recipe_costs.h"

namespace nanospan::bench {
namespace {

constexpr bool kLess = false, kMore = true, kAny = false, kLossless = true;

// Dapper's bars are its own figures, of a 2.2 GHz x86 of 2010 (Sigelman et al., 2010, 4.1 and 4.2).
constexpr Cost kRows[] = {
    {"otel/throughput", "root spans, 10 attributes, keys and values of 20 characters, a core",
     "M/s", kNoBar, kNoAim, kMore, kAny, measure_otel_throughput, 35},
    {"otel/cpu", "CPU at 10,000 spans/s, one attribute, one event, OTLP bytes", "% of a core", 0.3,
     kNoAim, kLess, kLossless, measure_otel_cpu, 205},
    {"otel/cpu_peak", "the same, the worst second of a run", "% of a core", kNoBar, kNoAim, kLess,
     kLossless, measure_otel_cpu_peak},
    {"otel/heap", "heap more than before the recorder, the most in the same runs", "KB", kNoBar,
     kNoAim, kLess, kLossless, measure_otel_heap},
    {"dapper/root", "root span, made and ended, with the drain", "ns", 204, kNoAim, kLess,
     kLossless, measure_dapper_root},
    {"dapper/child", "child span, made and ended, with the drain", "ns", 176, kNoAim, kLess,
     kLossless, measure_dapper_child},
    {"dapper/annotation_unsampled", "annotation of a span that is not recorded", "ns", 9, kNoAim,
     kLess, kAny, measure_dapper_annotation_unsampled},
    {"dapper/annotation_sampled", "annotation of a span that is, its time included", "ns", 40,
     kNoAim, kLess, kLossless, measure_dapper_annotation_sampled},
    {"dapper/daemon", "CPU of the drain at 10,000 spans/s", "% of a core", 0.3, kNoAim, kLess,
     kLossless, measure_dapper_daemon},
};

}  // namespace

std::span<const Cost> recipe_rows() {
  return kRows;
}

}  // namespace nanospan::bench
