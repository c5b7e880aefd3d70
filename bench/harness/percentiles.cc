#include "harness/percentiles.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace nanospan::bench {
namespace {

void merge_equal(LengthCounts& ascending) {
  std::size_t kept = 0;
  for (const LengthCount& next : ascending) {
    if (kept != 0 && ascending[kept - 1].ticks == next.ticks)
      ascending[kept - 1].count += next.count;
    else
      ascending[kept++] = next;
  }
  ascending.resize(kept);
}

double half_way(std::uint64_t one, std::uint64_t other) {
  return (static_cast<double>(one) + static_cast<double>(other)) / 2;
}

}  // namespace

LengthCounts count_lengths(std::vector<std::uint64_t> ticks) {
  std::sort(ticks.begin(), ticks.end());
  LengthCounts counts;
  counts.reserve(ticks.size());
  for (const std::uint64_t length : ticks) counts.push_back({length, 1});
  merge_equal(counts);
  return {counts.begin(), counts.end()};  // of the size that is needed
}

LengthCounts pool(std::span<const LengthCounts> rounds, const Draw& draw) {
  LengthCounts all;
  for (const std::size_t round : draw)
    all.insert(all.end(), rounds[round].begin(), rounds[round].end());
  std::sort(all.begin(), all.end(),
            [](const LengthCount& a, const LengthCount& b) { return a.ticks < b.ticks; });
  merge_equal(all);
  return all;
}

double percentile(const LengthCounts& lengths, double q) {
  double total = 0, below = 0;
  for (const LengthCount& of : lengths) total += static_cast<double>(of.count);
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto here = static_cast<double>(lengths[i].count);
    if (below + here < q * total) {
      below += here;
      continue;
    }
    const std::uint64_t ticks = lengths[i].ticks;
    const double from = i == 0 ? static_cast<double>(ticks) : half_way(lengths[i - 1].ticks, ticks);
    const double to = i + 1 == lengths.size() ? static_cast<double>(ticks)
                                              : half_way(ticks, lengths[i + 1].ticks);
    return from + (to - from) * (q * total - below) / here;
  }
  return std::nan("");
}

Estimate estimate(const Draw& rounds, const std::function<double(const Draw&)>& statistic) {
  constexpr std::size_t kDraws = 400, kRoundsMin = 6;
  const double value = statistic(rounds);
  Estimate of{{value, value, value}, {std::nan(""), std::nan("")}};
  if (rounds.size() < kRoundsMin) return of;
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::size_t> any(0, rounds.size() - 1);
  std::vector<double> drawn(kDraws);
  Draw draw(rounds.size());
  for (double& of_draw : drawn) {
    for (std::size_t& round : draw) round = rounds[any(random)];
    of_draw = statistic(draw);
    if (!std::isfinite(of_draw)) return of;
  }
  const Spread spread = spread_of(drawn);
  std::sort(drawn.begin(), drawn.end());
  constexpr std::size_t kOutside = kDraws / 40;
  of.value = {value, spread.lower, spread.upper};
  of.interval = {drawn[kOutside], drawn[kDraws - 1 - kOutside]};
  return of;
}

}  // namespace nanospan::bench
