#include "spans/span_costs.h"

namespace nanospan::bench {
namespace {

constexpr bool kLess = false, kAny = false, kLossless = true;

constexpr Cost kRows[] = {
    {"no_recorder", "scoped span, no recorder was started", "ns", 0.8, 0.4, kLess, kAny,
     measure_no_recorder},
    {"switched_off", "scoped span, callsite switched off", "ns", 0.8, 0.4, kLess, kAny,
     measure_switched_off},
    {"span", "scoped span, no attributes, writer alone", "x F", 1.30, 1.10, kLess, kAny,
     measure_scoped_span},
    {"span/nested", "4 deep, per span, writer alone", "x F", 1.30, 1.10, kLess, kAny,
     measure_nested_spans},
    {"span/drained", "scoped span, with the drain, 10 M/s", "x R", 1.30, 1.15, kLess, kLossless,
     measure_drained_span},
    {"span/drained_nested", "4 deep, per span, with the drain, 10 M/s", "x R", 1.30, 1.15, kLess,
     kLossless, measure_drained_nested},
    {"span/plugin", "from a dlopened plugin: more than from here", "x R", 0.05, kNoAim, kLess,
     kLossless, measure_plugin_span},
    {"span/library", "from a linked shared library: more than from here", "x R", 0.05, kNoAim,
     kLess, kLossless, measure_library_span},
    {"span/one_attribute", "int64, writer alone", "x F", kNoBar, kNoAim, kLess, kAny,
     measure_one_attribute},
    {"span/four_attributes", "literal, 24-byte string, int64, double, writer alone", "x F", 2.1,
     1.6, kLess, kAny, measure_four_attributes},
    {"span/ten_attributes", "2 literals, 2 strings, 6 numbers, writer alone", "x F", kNoBar, kNoAim,
     kLess, kAny, measure_ten_attributes},
    {"event", "event without attributes, beyond one tick read", "ns", 8, 4, kLess, kAny,
     measure_event},
    {"link", "link without attributes, all that it adds", "ns", kNoBar, kNoAim, kLess, kAny,
     measure_link},
    {"context/inject", "current context into a buffer of headers", "ns", kNoBar, kNoAim, kLess,
     kAny, measure_inject},
    {"context/extract", "context out of a buffer of headers", "ns", kNoBar, kNoAim, kLess, kAny,
     measure_extract},
    {"context/propagate", "out of one buffer of headers, into the next", "ns", 60, kNoAim, kLess,
     kAny, measure_propagate},
    {"detached", "detached span, started and ended here", "x F", kNoBar, kNoAim, kLess, kAny,
     measure_detached},
    {"detached/across_threads", "started here, ended on another core, the sum", "x F", kNoBar,
     kNoAim, kLess, kAny, measure_detached_across},
    {"unrecorded_child", "child of a trace that is not recorded", "ns", 4, 1.5, kLess, kAny,
     measure_unrecorded_child},
    {"two_threads", "per thread over one thread, over the same of F", "x", 1.05, 1.02, kLess, kAny,
     measure_two_threads},
    {"first_span", "first span of a thread, on a lane nobody had", "us", 300, kNoAim, kLess, kAny,
     measure_first_span},
    {"first_span/prepared", "the same after prepare_thread()", "us", 1, kNoAim, kLess, kAny,
     measure_prepared_span},
    {"first_callsite", "first span of a callsite, on a lane that is there", "us", kNoBar, kNoAim,
     kLess, kAny, measure_first_callsite},
};

}  // namespace

std::span<const Cost> span_rows() {
  return kRows;
}

}  // namespace nanospan::bench
