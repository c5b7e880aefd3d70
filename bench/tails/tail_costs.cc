#include "tails/tail_costs.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

#include "harness/machine.h"
#include "tails/tail_run.h"

namespace nanospan::bench {
namespace {

constexpr auto kFloor = TailRun::kFloor, kLeast = TailRun::kLeast, kPlain = TailRun::kPlain;
constexpr auto kFourAttributes = TailRun::kFourAttributes, kLeastAgain = TailRun::kLeastAgain;
constexpr auto kEmpty = TailRun::kEmpty;
constexpr unsigned k1Us = 1'000, k10Us = 10'000, k1Ms = 1'000'000;
constexpr unsigned kP99 = 990, kP999 = 999;  // per mille

struct Named {
  const char* name;
  double q;
};
constexpr Named kPercentiles[] = {{"p50", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}};

// Facts of the row's own side, and R's beside them in the note.
Figure figure_of(const TailRun& run, TailRun::Side side) {
  Figure figure = run.delivery;
  figure.rounds = run.timed.rounds;
  const Draw valid = run.timed.valid();
  char note[160];
  double ns[2][3];
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& [name, q] = kPercentiles[i];
    ns[0][i] = run.net_ns(side, q, valid);
    ns[1][i] = run.net_ns(kLeast, q, valid);
    figure.facts.push_back({std::string(name) + "_ns", ns[0][i]});
    figure.facts.push_back({"R_" + std::string(name) + "_ns", ns[1][i]});
  }
  std::snprintf(note, sizeof(note), "p50, p99, p99.9: %.1f, %.1f, %.1f ns; of R %.1f, %.1f, %.1f",
                ns[0][0], ns[0][1], ns[0][2], ns[1][0], ns[1][1], ns[1][2]);
  figure.note += note;
  return figure;
}

std::vector<Series> lengths_of(const TailRun& run) {
  std::vector<Series> all;
  for (unsigned side = kLeast; side <= kEmpty; ++side) {
    Series series{run.timed.rounds.sides[side], {"ns", "count"}, {}};
    for (const LengthCount& of : pool(run.timed.lengths[side], run.timed.valid()))
      series.points.push_back(
          {static_cast<double>(of.ticks) * ns_per_tick(), static_cast<double>(of.count)});
    all.push_back(std::move(series));
  }
  return all;
}

// What the loop takes flat out; paced, the mean of the lowest 99 %, less that of an empty bracket.
template <unsigned kPeriodNs, TailRun::Side kSide>
Figure measure_mean(const Effort& effort) {
  const TailRun& run = tail_run(kPeriodNs, effort);
  if (!run.problem.empty()) return problem(run.problem);
  Figure figure = figure_of(run, kSide);
  const auto net = [](const std::vector<double>& ns, TailRun::Side side) {
    return ns[side] - (kPeriodNs == kFlatOut ? 0 : ns[kEmpty]);
  };
  const auto ratio = [&net](const auto& ns) { return net(ns, kSide) / net(ns, kLeast); };
  figure.value = run.timed.rounds.of(ratio);
  figure.interval = interval_of_median(run.timed.rounds.values(ratio));
  figure.facts.push_back(
      {"over_F",
       run.timed.rounds.of([&net](const auto& ns) { return net(ns, kSide) / ns[kFloor]; }).median});
  if (kSide == kPlain) figure.series = lengths_of(run);
  return figure;
}

template <unsigned kPeriodNs, TailRun::Side kSide, unsigned kPerMille>
Figure measure_percentile(const Effort& effort) {
  const TailRun& run = tail_run(kPeriodNs, effort);
  if (!run.problem.empty()) return problem(run.problem);
  Figure figure = figure_of(run, kSide);
  const Estimate ratio = estimate(run.timed.valid(), [&run](const Draw& draw) {
    constexpr double kQ = kPerMille / 1000.0;
    return run.net_ns(kSide, kQ, draw) / run.net_ns(kLeast, kQ, draw);
  });
  figure.value = ratio.value;
  figure.interval = ratio.interval;
  return figure;
}

constexpr bool kLess = false, kAny = false;

constexpr Cost kFlatOutRows[] = {
    {"span/flat_out", "as fast as the loop goes, with the drain", "x R", 1.30, 1.15, kLess, kAny,
     measure_mean<kFlatOut, kPlain>, 10},
    {"span/flat_out/four_attributes", "the same with 4 attributes", "x R", kNoBar, kNoAim, kLess,
     kAny, measure_mean<kFlatOut, kFourAttributes>},
    {"span/flat_out/R_again", "R over itself: the interval is what the run can't tell from 1",
     "x R", kNoBar, kNoAim, kLess, kAny, measure_mean<kFlatOut, kLeastAgain>},
};

struct Bars {
  double mean, mean_aim, p99, p999, four_p99, four_p999;
};
constexpr Bars kBars{1.30, 1.15, 1.5, 2, 2, 2.5};
constexpr Bars kNoBars{kNoBar, kNoAim, kNoBar, kNoBar, kNoBar, kNoBar};

template <unsigned kPeriodNs>
std::array<Cost, 8> rows_of_pace(const std::string& pace, const Bars& bars, double seconds) {
  const bool lossless = !std::isnan(bars.p99);
  return {
      {{keep_text(pace), "mean of the lowest 99 %", "x R", bars.mean, bars.mean_aim, kLess,
        lossless, measure_mean<kPeriodNs, kPlain>, seconds},
       {keep_text(pace + "/p99"), "p99, spans timed alone", "x R", bars.p99, kNoAim, kLess,
        lossless, measure_percentile<kPeriodNs, kPlain, kP99>},
       {keep_text(pace + "/p99.9"), "p99.9, spans timed alone", "x R", bars.p999, kNoAim, kLess,
        lossless, measure_percentile<kPeriodNs, kPlain, kP999>},
       {keep_text(pace + "/four_attributes"), "4 attributes, the same", "x R", kNoBar, kNoAim,
        kLess, kAny, measure_mean<kPeriodNs, kFourAttributes>},
       {keep_text(pace + "/four_attributes/p99"), "4 attributes, p99", "x R", bars.four_p99, kNoAim,
        kLess, lossless, measure_percentile<kPeriodNs, kFourAttributes, kP99>},
       {keep_text(pace + "/four_attributes/p99.9"), "4 attributes, p99.9", "x R", bars.four_p999,
        kNoAim, kLess, lossless, measure_percentile<kPeriodNs, kFourAttributes, kP999>},
       {keep_text(pace + "/R_again/p99"),
        "R over itself, p99: the interval is what the run can't tell from 1", "x R", kNoBar, kNoAim,
        kLess, kAny, measure_percentile<kPeriodNs, kLeastAgain, kP99>},
       {keep_text(pace + "/R_again/p99.9"),
        "R over itself, p99.9: the interval is what the run can't tell from 1", "x R", kNoBar,
        kNoAim, kLess, kAny, measure_percentile<kPeriodNs, kLeastAgain, kP999>}}};
}

}  // namespace

std::span<const Cost> tail_rows() {
  static const std::vector<Cost> all = [] {
    std::vector<Cost> rows(std::begin(kFlatOutRows), std::end(kFlatOutRows));
    for (const auto& more : {rows_of_pace<k1Us>("span/every_1_us", kBars, 10),
                             rows_of_pace<k10Us>("span/every_10_us", kBars, 18),
                             rows_of_pace<k1Ms>("span/every_1_ms", kNoBars, 65)})
      rows.insert(rows.end(), more.begin(), more.end());
    return rows;
  }();
  return all;
}

}  // namespace nanospan::bench
