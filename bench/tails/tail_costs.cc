#include "tails/tail_costs.h"

#include <cmath>
#include <cstdio>

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
  const auto ratio = [](const std::vector<double>& ns) {
    const double empty = kPeriodNs == kFlatOut ? 0 : ns[kEmpty];
    return (ns[kSide] - empty) / (ns[kLeast] - empty);
  };
  figure.value = run.timed.rounds.of(ratio);
  figure.interval = interval_of_median(run.timed.rounds.values(ratio));
  figure.facts.push_back(
      {"over_F",
       run.timed.rounds.of([](const auto& ns) { return ns[kSide] / ns[kFloor]; }).median});
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

constexpr bool kLess = false;
constexpr bool kAny = false, kLossless = true;
constexpr char kMean[] = "mean of the lowest 99 %", kMean4[] = "4 attributes, the same";
constexpr char kAt99[] = "p99, spans timed alone", kAt999[] = "p99.9, spans timed alone";
constexpr char kAt99Of4[] = "4 attributes, p99", kAt999Of4[] = "4 attributes, p99.9";
constexpr char kSame99[] = "R over itself, p99: the interval is what the run can't tell from 1";
constexpr char kSame999[] = "R over itself, p99.9: the interval is what the run can't tell from 1";

constexpr Cost kRows[] = {
    {"span/flat_out", "as fast as the loop goes, with the drain", "x R", 1.30, 1.15, kLess, kAny,
     measure_mean<kFlatOut, kPlain>},
    {"span/flat_out/four_attributes", "the same with 4 attributes", "x R", kNoBar, kNoAim, kLess,
     kAny, measure_mean<kFlatOut, kFourAttributes>},
    {"span/flat_out/R_again", "R over itself: the interval is what the run can't tell from 1",
     "x R", kNoBar, kNoAim, kLess, kAny, measure_mean<kFlatOut, kLeastAgain>},

    {"span/every_1_us", kMean, "x R", 1.30, 1.15, kLess, kLossless, measure_mean<k1Us, kPlain>},
    {"span/every_1_us/p99", kAt99, "x R", 1.5, kNoAim, kLess, kLossless,
     measure_percentile<k1Us, kPlain, kP99>},
    {"span/every_1_us/p99.9", kAt999, "x R", 2, kNoAim, kLess, kLossless,
     measure_percentile<k1Us, kPlain, kP999>},
    {"span/every_1_us/four_attributes", kMean4, "x R", kNoBar, kNoAim, kLess, kAny,
     measure_mean<k1Us, kFourAttributes>},
    {"span/every_1_us/four_attributes/p99", kAt99Of4, "x R", 2, kNoAim, kLess, kLossless,
     measure_percentile<k1Us, kFourAttributes, kP99>},
    {"span/every_1_us/four_attributes/p99.9", kAt999Of4, "x R", 2.5, kNoAim, kLess, kLossless,
     measure_percentile<k1Us, kFourAttributes, kP999>},
    {"span/every_1_us/R_again/p99", kSame99, "x R", kNoBar, kNoAim, kLess, kAny,
     measure_percentile<k1Us, kLeastAgain, kP99>},
    {"span/every_1_us/R_again/p99.9", kSame999, "x R", kNoBar, kNoAim, kLess, kAny,
     measure_percentile<k1Us, kLeastAgain, kP999>},

    {"span/every_10_us", kMean, "x R", 1.30, 1.15, kLess, kLossless, measure_mean<k10Us, kPlain>},
    {"span/every_10_us/p99", kAt99, "x R", 1.5, kNoAim, kLess, kLossless,
     measure_percentile<k10Us, kPlain, kP99>},
    {"span/every_10_us/p99.9", kAt999, "x R", 2, kNoAim, kLess, kLossless,
     measure_percentile<k10Us, kPlain, kP999>},
    {"span/every_10_us/four_attributes", kMean4, "x R", kNoBar, kNoAim, kLess, kAny,
     measure_mean<k10Us, kFourAttributes>},
    {"span/every_10_us/four_attributes/p99", kAt99Of4, "x R", 2, kNoAim, kLess, kLossless,
     measure_percentile<k10Us, kFourAttributes, kP99>},
    {"span/every_10_us/four_attributes/p99.9", kAt999Of4, "x R", 2.5, kNoAim, kLess, kLossless,
     measure_percentile<k10Us, kFourAttributes, kP999>},
    {"span/every_10_us/R_again/p99", kSame99, "x R", kNoBar, kNoAim, kLess, kAny,
     measure_percentile<k10Us, kLeastAgain, kP99>},
    {"span/every_10_us/R_again/p99.9", kSame999, "x R", kNoBar, kNoAim, kLess, kAny,
     measure_percentile<k10Us, kLeastAgain, kP999>},

    {"span/every_1_ms", kMean, "x R", kNoBar, kNoAim, kLess, kAny, measure_mean<k1Ms, kPlain>},
    {"span/every_1_ms/p99", kAt99, "x R", kNoBar, kNoAim, kLess, kAny,
     measure_percentile<k1Ms, kPlain, kP99>},
    {"span/every_1_ms/p99.9", kAt999, "x R", kNoBar, kNoAim, kLess, kAny,
     measure_percentile<k1Ms, kPlain, kP999>},
    {"span/every_1_ms/four_attributes", kMean4, "x R", kNoBar, kNoAim, kLess, kAny,
     measure_mean<k1Ms, kFourAttributes>},
    {"span/every_1_ms/four_attributes/p99", kAt99Of4, "x R", kNoBar, kNoAim, kLess, kAny,
     measure_percentile<k1Ms, kFourAttributes, kP99>},
    {"span/every_1_ms/four_attributes/p99.9", kAt999Of4, "x R", kNoBar, kNoAim, kLess, kAny,
     measure_percentile<k1Ms, kFourAttributes, kP999>},
    {"span/every_1_ms/R_again/p99", kSame99, "x R", kNoBar, kNoAim, kLess, kAny,
     measure_percentile<k1Ms, kLeastAgain, kP99>},
    {"span/every_1_ms/R_again/p99.9", kSame999, "x R", kNoBar, kNoAim, kLess, kAny,
     measure_percentile<k1Ms, kLeastAgain, kP999>},
};

}  // namespace

std::span<const Cost> tail_rows() {
  return kRows;
}

}  // namespace nanospan::bench
