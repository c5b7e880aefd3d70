#include "cold/cold_costs.h"

#include <cstdio>

#include "cold/cold_span.h"
#include "harness/cache_size.h"
#include "harness/machine.h"

namespace nanospan::bench {
namespace {

constexpr auto kWalk = ColdRun::kWalk, kLeast = ColdRun::kLeast, kPlain = ColdRun::kPlain;
constexpr auto kFourAttributes = ColdRun::kFourAttributes, kWalkAgain = ColdRun::kWalkAgain;

struct Difference {
  Spread spread;
  Interval interval;
};

Difference over_walk(const Rounds& rounds, ColdRun::Side side) {
  const auto more = [side](const std::vector<double>& ns) { return ns[side] - ns[kWalk]; };
  return {rounds.of(more), interval_of_median(rounds.values(more))};
}

Figure figure_of(std::size_t walked_bytes, ColdRun::Side side, const Effort& effort) {
  const ColdRun& run = cold_run(walked_bytes, effort);
  if (!run.problem.empty()) return problem(run.problem);
  Figure figure = run.delivery;
  figure.rounds = run.rounds;
  const Difference ours = over_walk(run.rounds, side), least = over_walk(run.rounds, kLeast);
  const Difference same = over_walk(run.rounds, kWalkAgain);
  figure.value = ours.spread;
  figure.interval = ours.interval;
  figure.facts = {{"walked_bytes", static_cast<double>(walked_bytes)},
                  {"R_p50_ns", least.spread.median}};
  char note[160];
  std::snprintf(note, sizeof(note), "%zu KiB; R %.1f [%.1f %.1f], the walk again %.1f [%.1f %.1f]",
                walked_bytes >> 10, least.spread.median, least.interval.low, least.interval.high,
                same.spread.median, same.interval.low, same.interval.high);
  figure.note += note;
  return figure;
}

template <std::size_t kKiB, ColdRun::Side kSide>
Figure measure_walked(const Effort& effort) {
  return figure_of(kKiB << 10, kSide, effort);
}

template <ColdRun::Side kSide>
Figure measure_half_of_l2(const Effort& effort) {
  const std::size_t l2 = l2_bytes(writer_cpu());
  if (l2 == 0) return not_run("the kernel doesn't say how large the second-level cache is");
  return figure_of(l2 / 2, kSide, effort);
}

constexpr bool kLess = false;
constexpr bool kAny = false, kLossless = true;
constexpr char kPlainWhat[] = "more than the walk alone, medians", kFourWhat[] = "4 attributes";

constexpr Cost kRows[] = {
    {"cold/8_KiB", kPlainWhat, "ns", kNoBar, kNoAim, kLess, kAny, measure_walked<8, kPlain>, 10},
    {"cold/8_KiB/four_attributes", kFourWhat, "ns", kNoBar, kNoAim, kLess, kAny,
     measure_walked<8, kFourAttributes>},
    {"cold/128_KiB", kPlainWhat, "ns", kNoBar, kNoAim, kLess, kAny, measure_walked<128, kPlain>,
     10},
    {"cold/128_KiB/four_attributes", kFourWhat, "ns", kNoBar, kNoAim, kLess, kAny,
     measure_walked<128, kFourAttributes>},
    {"cold/half_of_L2", kPlainWhat, "ns", 80, kNoAim, kLess, kLossless, measure_half_of_l2<kPlain>,
     10},
    {"cold/half_of_L2/four_attributes", kFourWhat, "ns", 150, kNoAim, kLess, kLossless,
     measure_half_of_l2<kFourAttributes>},
    {"cold/1_MiB", kPlainWhat, "ns", kNoBar, kNoAim, kLess, kAny, measure_walked<1024, kPlain>, 10},
    {"cold/1_MiB/four_attributes", kFourWhat, "ns", kNoBar, kNoAim, kLess, kAny,
     measure_walked<1024, kFourAttributes>},
    {"cold/8_MiB", kPlainWhat, "ns", kNoBar, kNoAim, kLess, kAny, measure_walked<8192, kPlain>, 10},
    {"cold/8_MiB/four_attributes", kFourWhat, "ns", kNoBar, kNoAim, kLess, kAny,
     measure_walked<8192, kFourAttributes>},
};

}  // namespace

std::span<const Cost> cold_rows() {
  return kRows;
}

}  // namespace nanospan::bench
