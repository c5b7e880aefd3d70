#include "costs.h"

#include <cmath>

#include "cold/cold_costs.h"
#include "loss/loss_costs.h"
#include "programs/program_costs.h"
#include "recipes/recipe_costs.h"
#include "service/service_costs.h"
#include "tails/tail_costs.h"

namespace nanospan::bench {
namespace {

constexpr bool kLess = false, kMore = true;
constexpr bool kAny = false, kLossless = true;

// In this order: what needs a process in which no recorder ever was comes first.
constexpr Cost kCosts[] = {
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
    {"detached", "detached span, started and ended here", "x F", kNoBar, kNoAim, kLess, kAny,
     measure_detached},
    {"detached/across_threads", "started here, ended on another core, the sum", "x F", kNoBar,
     kNoAim, kLess, kAny, measure_detached_across},
    {"unrecorded_child", "child of a trace that is not recorded", "ns", 4, 1.5, kLess, kAny,
     measure_unrecorded_child},
    {"two_threads", "per thread over one thread, over the same of F", "x", 1.05, 1.02, kLess, kAny,
     measure_two_threads},
    {"drain/plain", "ring to OTLP bytes, no attributes, per span", "ns", 40, 25, kLess, kAny,
     measure_drain_plain},
    {"drain/four_attributes", "ring to OTLP bytes, 4 attributes, per span", "ns", 110, 70, kLess,
     kAny, measure_drain_four_attributes},
    {"lossless_rate", "one writer, one drain core, 4 MiB ring, none lost", "M/s", 10, 20, kMore,
     kLossless, measure_lossless_rate},
    {"lossless_rate/four_attributes", "the same with 4 attributes", "M/s", kNoBar, kNoAim, kMore,
     kLossless, measure_lossless_four_attributes},
    {"recovery", "region's file to OTLP protobuf file, one core", "M/s", 5, kNoAim, kMore, kAny,
     measure_recovery},
    {"idle_drain", "CPU of the process after a second of silence", "% of a core", 0.1, kNoAim,
     kLess, kAny, measure_idle_drain},
    {"ring_bytes/plain", "bytes of ring per span, no attributes", "bytes", 64, kNoAim, kLess, kAny,
     measure_ring_bytes_plain},
    {"ring_bytes/four_attributes", "bytes of ring per span, 4 attributes", "bytes", 192, kNoAim,
     kLess, kAny, measure_ring_bytes_four_attributes},
    {"first_span", "first span of a thread, on a lane nobody had", "us", 300, kNoAim, kLess, kAny,
     measure_first_span},
    {"first_span/prepared", "the same after prepare_thread()", "us", 1, kNoAim, kLess, kAny,
     measure_prepared_span},
    {"first_callsite", "first span of a callsite, on a lane that is there", "us", kNoBar, kNoAim,
     kLess, kAny, measure_first_callsite},
    {"core_text", "text that nanospan::core adds to an empty program", "KB", 150, 80, kLess, kAny,
     measure_core_text},
    {"core_libraries", "libraries that it needs beyond libc and libstdc++", "", 0, kNoAim, kLess,
     kAny, measure_core_libraries},
};

}  // namespace

std::span<const Cost> costs() {
  static const std::vector<Cost> all = [] {
    std::vector<Cost> rows(std::begin(kCosts), std::end(kCosts));
    for (const auto more : {tail_rows(), cold_rows(), loss_rows(), service_rows(),
                            service_peer_rows(), program_rows(), recipe_rows()})
      rows.insert(rows.end(), more.begin(), more.end());
    return rows;
  }();
  return all;
}

Effort full_effort() {
  return {};
}

Effort quick_effort() {
  return {.quick = true,
          .rounds = {.valid_min = 9, .rounds_max = 60},
          .long_run_seconds = 1,
          .idle_seconds = 2,
          .threads = 20,
          .pairs = 9};
}

Figure problem(std::string sentence) {
  Figure figure;
  figure.value = {std::nan(""), std::nan(""), std::nan("")};
  figure.problem = std::move(sentence);
  return figure;
}

Figure not_run(const std::string& why) {
  Figure figure = problem("not run: " + why);
  figure.was_run = false;
  return figure;
}

}  // namespace nanospan::bench
