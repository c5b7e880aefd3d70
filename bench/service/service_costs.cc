#include "service/service_costs.h"

#include "service/service_figure.h"

namespace nanospan::bench {
namespace {

// Places in the group of ours.
constexpr std::size_t kNoneAgain = 1, k1Span = 2, k0Spans = 3, k20Spans = 4, k10Spans = 5,
                      k50Spans = 6, k20Undrained = 7, kBusyCore = 8;

template <Load load, std::size_t side>
Figure measure(const Effort& effort) {
  return more_than_none({kOurs, side, load}, effort);
}

template <Load load>
Figure measure_20_over_0(const Effort& effort) {
  return more_than_side({kOurs, k20Spans, load}, k0Spans, effort);
}

// Measured as span/drained_nested is.
template <Load load>
Figure measure_over_20_spans(const Effort& effort) {
  return over_spans({kOurs, k20Spans, load}, 20, effort);
}

template <Load load>
Figure measure_over_20_undrained(const Effort& effort) {
  return over_spans({kOurs, k20Undrained, load}, 20, effort);
}

constexpr bool kLess = false, kAny = false;

constexpr Cost row(const char* name, const char* what, double bar, Figure (*measure)(const Effort&),
                   double seconds = 1) {
  return {name, what, "us", bar, kNoAim, kLess, kAny, measure, seconds};
}

constexpr Cost kRows[] = {
    row("service/paced/same_again", "CPU a request, 5,000 a second: none less none", kNoBar,
        measure<Load::kPaced, kNoneAgain>, 190),
    row("service/paced/0_spans", "the same: recorder started, no span", kNoBar,
        measure<Load::kPaced, k0Spans>),
    row("service/paced/1_span", "the same: one span a request", kNoBar,
        measure<Load::kPaced, k1Span>),
    row("service/paced/10_spans", "the same: 10 spans a request", kNoBar,
        measure<Load::kPaced, k10Spans>),
    row("service/paced/20_spans", "the same: 20 spans a request", 3,
        measure<Load::kPaced, k20Spans>),
    row("service/paced/20_over_0", "20 spans a request less none, in one and the same process",
        kNoBar, measure_20_over_0<Load::kPaced>),
    {"service/paced/over_20_spans", "20 spans more than uninstrumented over 20 spans flat out", "x",
     1.2, kNoAim, kLess, kAny, measure_over_20_spans<Load::kPaced>},
    row("service/paced/20_undrained", "the same: 20 spans a request, the drain switched off",
        kNoBar, measure<Load::kPaced, k20Undrained>),
    {"service/paced/over_20_undrained", "that over 20 spans flat out", "x", kNoBar, kNoAim, kLess,
     kAny, measure_over_20_undrained<Load::kPaced>},
    row("service/paced/busy_core",
        "the same: no recorder, a thread that spins for a fifth of the load's core", kNoBar,
        measure<Load::kPaced, kBusyCore>),
    row("service/paced/50_spans", "the same: 50 spans a request", kNoBar,
        measure<Load::kPaced, k50Spans>),
    row("service/wrk/same_again", "CPU a request at saturation: none less none", kNoBar,
        measure<Load::kWrk, kNoneAgain>),
    row("service/wrk/0_spans", "the same: recorder started, no span", kNoBar,
        measure<Load::kWrk, k0Spans>),
    row("service/wrk/1_span", "the same: one span a request", kNoBar, measure<Load::kWrk, k1Span>),
    row("service/wrk/10_spans", "the same: 10 spans a request", kNoBar,
        measure<Load::kWrk, k10Spans>),
    row("service/wrk/20_spans", "the same: 20 spans a request", 3, measure<Load::kWrk, k20Spans>),
    row("service/wrk/20_over_0", "20 spans a request less none, in one and the same process",
        kNoBar, measure_20_over_0<Load::kWrk>),
    {"service/wrk/over_20_spans", "20 spans more than uninstrumented over 20 spans flat out", "x",
     1.2, kNoAim, kLess, kAny, measure_over_20_spans<Load::kWrk>},
    row("service/wrk/20_undrained", "the same: 20 spans a request, the drain switched off", kNoBar,
        measure<Load::kWrk, k20Undrained>),
    {"service/wrk/over_20_undrained", "that over 20 spans flat out", "x", kNoBar, kNoAim, kLess,
     kAny, measure_over_20_undrained<Load::kWrk>},
    row("service/wrk/busy_core",
        "the same: no recorder, a thread that spins for a fifth of the load's core", kNoBar,
        measure<Load::kWrk, kBusyCore>),
    row("service/wrk/50_spans", "the same: 50 spans a request", kNoBar,
        measure<Load::kWrk, k50Spans>),
};

}  // namespace

std::span<const Cost> service_rows() {
  return kRows;
}

}  // namespace nanospan::bench
