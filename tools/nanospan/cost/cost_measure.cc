#include "cost/cost_measure.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

#include "bench/harness/machine.h"
#include "bench/harness/pace.h"
#include "bench/harness/rounds.h"
#include "nanospan/detail/tick_source.h"

namespace nanospan::tools {
namespace {

using bench::Side;
using Ticks = std::vector<std::uint64_t>;

// Of the time: the rest goes to single operations.
constexpr double kShareOfRounds = 0.6;
constexpr unsigned kRoundsMin = 12;  // fewer say nothing
constexpr double kPeriodNs = 1'000;  // of single operations
constexpr std::size_t kSlice = 200;  // single operations in a row

// What a span reads: where the counter is not to be trusted, the recorder asks the kernel.
bool reads_counter() {
  return detail::kCompiledTickSource != detail::TickSource::kClockGettime &&
         detail::has_invariant_ticks();
}

template <std::uint64_t (*kRead)() noexcept>
[[gnu::noinline]] void read_pairs(std::size_t pairs) {
  for (std::size_t i = 0; i < pairs; ++i) {
    const std::uint64_t start = kRead();
    const std::uint64_t length = kRead() - start;
    asm volatile("" ::"r"(length));
  }
}
CostLoops::Loop floor_loop() {
  return reads_counter() ? read_pairs<detail::read_ticks> : read_pairs<detail::clock_ticks>;
}

// Reads at distances of many lengths. A counter that advances in steps shows distances that lie in
// groups, a step apart; within a group they differ by what keeps it from standing still.
double find_step_ticks() {
  constexpr unsigned kReads = 20'000, kLongest = 128;
  constexpr std::uint64_t kWithin = 2, kRare = kReads / 2'000;
  Ticks distances;
  distances.reserve(kReads);
  for (unsigned i = 0; i < kReads; ++i) {
    const std::uint64_t before = detail::read_ticks();
    for (unsigned wait = 0; wait < i % kLongest; ++wait) asm volatile("");
    distances.push_back(detail::read_ticks() - before);
  }
  std::sort(distances.begin(), distances.end());
  Ticks gaps;
  std::uint64_t group = 0, last = 0, members = 0;  // members of the group, 0: none yet
  for (const std::uint64_t distance : distances) {
    if (members != 0 && distance - last > kWithin) {
      if (members > kRare) gaps.push_back(distance - group);
      members = 0;
    }
    if (members++ == 0) group = distance;
    last = distance;
  }
  // One group or two: the distances run on, and the counter by single ticks.
  if (gaps.size() < 3) return 1;
  std::nth_element(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2),
                   gaps.end());
  return static_cast<double>(gaps[gaps.size() / 2]);
}

TickFacts tick_facts() {
  TickFacts facts;
  if (!reads_counter()) {
    facts.source = "clock_gettime";
    facts.per_second = 1e9;
  } else {
    facts.source = detail::kCompiledTickSource == detail::TickSource::kTsc ? "rdtsc" : "cntvct_el0";
    facts.per_second = 1e9 / bench::ns_per_tick();
  }
  facts.step_ns = find_step_ticks() * bench::ns_per_tick();
  return facts;
}

// In one order for rounds and single operations: the floor or an empty bracket, then, of each
// place, these.
enum SideOfPlace : std::size_t { kPlainSpan, kAttributes, kEvents, kOff, kNothing, kSidesOfPlace };

std::vector<CostLoops::Loop> loops_of(const CostLoops& loops) {
  return {loops.span, loops.attributes, loops.events, loops.switched_off, loops.nothing};
}

double quantile_ns(Ticks& lengths, double quantile) {
  const auto at = static_cast<std::ptrdiff_t>(quantile * static_cast<double>(lengths.size() - 1));
  std::nth_element(lengths.begin(), lengths.begin() + at, lengths.end());
  return static_cast<double>(lengths[static_cast<std::size_t>(at)]) * bench::ns_per_tick();
}

class Measurement {
 public:
  Measurement(CostReport& report, double seconds, const std::function<void(double)>& progress)
      : report_(report), seconds_(seconds), progress_(progress) {
    for (CostPlace& place : report.places)
      if (place.loops != nullptr) places_.push_back(&place);
  }
  void run_rounds();
  void time_single_operations();

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] std::vector<Side> sides(std::size_t chunk) const;
  [[nodiscard]] std::size_t chunk_of_rounds() const;
  void take_medians(const bench::Rounds& rounds);
  [[nodiscard]] double share_done() const {
    return std::chrono::duration<double>(Clock::now() - begin_).count() / seconds_;
  }
  void show_progress() const { progress_(std::min(1.0, share_done())); }

  CostReport& report_;
  const double seconds_;
  const std::function<void(double)>& progress_;
  const Clock::time_point begin_ = Clock::now();
  std::vector<CostPlace*> places_;
};

std::vector<Side> Measurement::sides(std::size_t chunk) const {
  std::vector<Side> sides{
      {"F", [loop = floor_loop(), chunk] { return bench::ns_flat_out(loop, chunk); }}};
  for (const CostPlace* const place : places_) {
    const auto loops = loops_of(*place->loops);
    for (std::size_t side = 0; side < kSidesOfPlace; ++side) {
      // What costs less than a nanosecond is repeated the more.
      const std::size_t operations = side < kOff ? chunk : 20 * chunk;
      sides.push_back({place->name, [loop = loops[side], operations] {
                         return bench::ns_flat_out(loop, operations);
                       }});
    }
  }
  return sides;
}

// As many operations in a row as leave enough rounds.
std::size_t Measurement::chunk_of_rounds() const {
  constexpr double kTrial = 200;
  const double trial_ns = bench::ns_flat_out(
      [trial = sides(static_cast<std::size_t>(kTrial))](std::size_t) {
        for (const Side& side : trial) (void)side.chunk();
      },
      1);
  const double most = seconds_ * 1e9 * kShareOfRounds / (trial_ns / kTrial) / (4 * kRoundsMin);
  return static_cast<std::size_t>(std::clamp(most, kTrial, static_cast<double>(bench::kChunk)));
}

void Measurement::run_rounds() {
  constexpr unsigned kUntilTimeIsOver = std::numeric_limits<unsigned>::max();
  std::vector<Side> measured = sides(chunk_of_rounds());
  measured.front().chunk = [&, floor = measured.front().chunk] {
    show_progress();
    return floor();
  };
  bench::Rounds rounds =
      bench::measure_rounds(measured, {.valid_min = kUntilTimeIsOver,
                                       .rounds_max = kUntilTimeIsOver,
                                       .seconds_max = seconds_ * (kShareOfRounds - share_done()),
                                       .rounds_min = kRoundsMin});
  report_.rounds = rounds.ns.size();
  report_.void_rounds = rounds.void_count();
  report_.is_disturbed = rounds.valid_count() < kRoundsMin / 2;
  if (report_.is_disturbed) rounds.is_void.assign(rounds.ns.size(), false);
  take_medians(rounds);
}

void Measurement::take_medians(const bench::Rounds& rounds) {
  using Sides = std::vector<double>;
  const auto figure = [&](const std::function<double(const Sides&)>& of) {
    const bench::Interval interval = bench::interval_of_median(rounds.values(of));
    return CostFigure{rounds.of(of).median, interval.low, interval.high};
  };
  report_.floor = figure([](const Sides& ns) { return ns[0]; });
  report_.ticks.read_ns = report_.floor.median_ns / 2;
  std::size_t first = 1;
  for (CostPlace* const place : places_) {
    const auto adds = [first](std::size_t side, std::size_t to, unsigned of_each) {
      return [=](const Sides& ns) { return (ns[first + side] - ns[first + to]) / of_each; };
    };
    place->rows[kSpan] = figure([first](const Sides& ns) { return ns[first + kPlainSpan]; });
    place->rows[kAttribute] = figure(adds(kAttributes, kPlainSpan, CostLoops::kOfEach));
    place->rows[kEvent] = figure(adds(kEvents, kPlainSpan, CostLoops::kOfEach));
    place->rows[kSwitchedOff] = figure(adds(kOff, kNothing, 1));
    first += kSidesOfPlace;
  }
}

void Measurement::time_single_operations() {
  std::vector<CostLoops::Loop> loops;
  for (const CostPlace* const place : places_)
    for (const CostLoops::Loop loop : loops_of(*place->loops)) loops.push_back(loop);
  std::vector<Ticks> lengths(loops.size());
  Ticks slice(kSlice);
  do {
    show_progress();
    for (std::size_t side = 0; side < loops.size(); ++side) {
      bench::time_one_at_a_time(loops[side], kPeriodNs, slice);
      lengths[side].insert(lengths[side].end(), slice.begin(), slice.end());
    }
  } while (share_done() < 1);
  report_.single_operations = lengths.front().size();
  const double step = report_.ticks.step_ns;
  std::size_t first = 0;
  for (CostPlace* const place : places_) {
    const auto p99 = [&](SideOfPlace side) { return quantile_ns(lengths[first + side], 0.99); };
    const double span = p99(kPlainSpan);
    const double bracket = quantile_ns(lengths[first + kNothing], 0.5);
    const auto set = [&](CostRow row, double value, double resolution) {
      place->rows[row].p99_ns = std::max(0.0, value);
      place->rows[row].p99_step_ns = resolution;
    };
    set(kSpan, span - bracket, step);
    set(kAttribute, (p99(kAttributes) - span) / CostLoops::kOfEach, step / CostLoops::kOfEach);
    set(kEvent, (p99(kEvents) - span) / CostLoops::kOfEach, step / CostLoops::kOfEach);
    set(kSwitchedOff, p99(kOff) - p99(kNothing), step);
    if (first == 0) report_.floor.p99_ns = p99(kNothing);
    first += kSidesOfPlace;
  }
  report_.floor.p99_step_ns = step;
}

}  // namespace

void measure_costs(CostReport& report, double seconds,
                   const std::function<void(double share)>& progress) {
  report.ticks = tick_facts();
  Measurement measurement(report, seconds, progress);
  measurement.run_rounds();
  measurement.time_single_operations();
}

}  // namespace nanospan::tools
