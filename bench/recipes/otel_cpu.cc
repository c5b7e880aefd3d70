// OpenTelemetry's recipe for instrumentation cost (specification/performance-benchmark.md): 10,000
// root spans a second, each with one int64 attribute and one event, for 15 s: CPU of the process,
// average and peak, and heap. Ten times.
//
// Every millisecond ten spans are recorded. CPU is that of the recorder's threads, encoding as OTLP
// included, and the time between the ticks around each ten. What the whole process takes more than
// in turns without recorder is printed beside it: the waking up that both share takes ten times as
// much as either and hides it in its noise. There is no receiver: the bytes are dropped, so a
// network's cost is not in it.
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "harness/clock.h"
#include "harness/pace.h"
#include "nanospan/scope.h"
#include "recipes/recipe_costs.h"
#include "recording/rulers.h"
#include "recording/session.h"

namespace nanospan::bench {
namespace {

constexpr double kSpansPerSecond = 10'000;
constexpr std::size_t kSpansOfWakeUp = 10;
constexpr double kPercentOfNs = kSpansPerSecond / 1e9 * 100;  // of a core, for each ns a span

double heap_kb() {
  const auto facts = mallinfo2();
  return static_cast<double>(facts.uordblks + facts.hblkhd) / 1e3;
}

[[gnu::noinline]] void record_as_recipe(std::size_t spans) {
  static constinit Key number{"number"}, event{"event"};
  for (std::size_t i = 0; i < spans; ++i) {
    NANOSPAN_SCOPE(span, "recipe");
    span.set_attribute(number, static_cast<std::int64_t>(i));
    span.add_event(event);
  }
}

struct Usage {
  double process_ns = 0, other_threads_ns = 0;  // CPU a span, or a place for one
  double recording_ns = 0;                      // from before each ten spans to behind them
  double peak_ns = 0;                           // of the process, in the worst second
  double heap_kb = 0;                           // in use, the most of any millisecond of 100
};

void sleep_until(double due_ns) {
  const timespec due{static_cast<time_t>(due_ns / 1e9), static_cast<long>(std::fmod(due_ns, 1e9))};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
}

Usage use_for(double seconds, bool records) {
  Usage usage;
  const auto wake_ups = static_cast<std::size_t>(seconds * kSpansPerSecond / kSpansOfWakeUp);
  const double period_ns = kSpansOfWakeUp / kSpansPerSecond * 1e9;
  const auto of_second = static_cast<std::size_t>(1e9 / period_ns);
  const double begin = monotonic_ns();
  const double process = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
  const double thread = clock_ns(CLOCK_THREAD_CPUTIME_ID);
  double of_last_second = process;
  std::uint64_t recording_ticks = 0;
  for (std::size_t i = 1; i <= wake_ups; ++i) {
    if (records) {
      const std::uint64_t start = detail::read_ticks();
      record_as_recipe(kSpansOfWakeUp);
      recording_ticks += detail::read_ticks() - start;
    }
    sleep_until(begin + period_ns * static_cast<double>(i));
    if (i % 100 == 0) usage.heap_kb = std::max(usage.heap_kb, heap_kb());
    if (i % of_second == 0) {
      const double now = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
      usage.peak_ns = std::max(usage.peak_ns, (now - of_last_second) / kSpansPerSecond);
      of_last_second = now;
    }
  }
  const double spans = static_cast<double>(wake_ups * kSpansOfWakeUp);
  usage.process_ns = (clock_ns(CLOCK_PROCESS_CPUTIME_ID) - process) / spans;
  usage.recording_ns = static_cast<double>(recording_ticks) * ns_per_tick() / spans;
  usage.other_threads_ns = usage.process_ns - (clock_ns(CLOCK_THREAD_CPUTIME_ID) - thread) / spans;
  return usage;
}

struct Runs {
  std::string problem;
  Rounds rounds;                  // F, none, ours: CPU a span
  std::vector<Usage> none, ours;  // [round]
  Figure delivery;
};

OwnedAttribute text_attribute(const char* key, const char* text) {
  OwnedAttribute attribute;
  attribute.key = key;
  attribute.type = ValueType::kString;
  attribute.text = text;
  return attribute;
}

Usage use_with_recorder(double seconds, Runs& runs) {
  RecorderOptions options;
  options.resource = {
      text_attribute("service.version", "1234567890"),
      text_attribute("service.instance.id", "6f1cbd4b-7c3e-4a0f-9a51-0d7f52c3d1aa")};
  const double heap_before = heap_kb();
  Session session(Drained::kYes, std::move(options));
  if (!session.problem().empty()) {
    runs.problem = session.problem();
    return {};
  }
  (void)use_for(0.2, true);
  Figure counts;
  session.begin_counting();
  Usage usage = use_for(seconds, true);
  session.finish_counting(counts);
  usage.heap_kb -= heap_before;
  runs.delivery.exported += counts.exported;
  runs.delivery.lost += counts.lost;
  return usage;
}

Runs measure_runs(const Effort& effort) {
  Runs runs;
  const double seconds = effort.quick ? 1 : 15, none_seconds = effort.quick ? 0.5 : 3;
  const RoundLimits limits = pairs(effort.quick ? 2 : 10);
  runs.rounds = measure_rounds({{"F", [] { return ns_flat_out(read_tick_pairs); }},
                                {"none",
                                 [&] {
                                   runs.none.push_back(use_for(none_seconds, false));
                                   return runs.none.back().process_ns;
                                 }},
                                {"ours",
                                 [&] {
                                   runs.ours.push_back(use_with_recorder(seconds, runs));
                                   return runs.ours.back().process_ns;
                                 }}},
                               limits);
  runs.none.erase(runs.none.begin());  // the warm-up
  runs.ours.erase(runs.ours.begin());
  return runs;
}

const Runs& all_runs(const Effort& effort) {
  static const Runs runs = measure_runs(effort);
  return runs;
}

// `value` of each run with the recorder, and the one without that it was paired with.
template <typename Value>
Figure figure_of(const Effort& effort, Value&& value) {
  const Runs& runs = all_runs(effort);
  if (!runs.problem.empty()) return problem(runs.problem);
  Figure figure = runs.delivery;
  figure.has_delivery = true;
  figure.rounds = runs.rounds;
  for (std::size_t i = 0; i < runs.ours.size(); ++i)
    figure.samples.push_back(value(runs.ours[i], runs.none[i]));
  figure.value = spread_of(figure.samples);
  figure.interval = interval_of_median(figure.samples);
  return figure;
}

}  // namespace

Figure measure_otel_cpu(const Effort& effort) {
  Figure figure = figure_of(effort, [](const Usage& ours, const Usage&) {
    return (ours.recording_ns + ours.other_threads_ns) * kPercentOfNs;
  });
  if (!figure.problem.empty()) return figure;
  const Runs& runs = all_runs(effort);
  std::vector<double> recording, more;
  for (std::size_t i = 0; i < runs.ours.size(); ++i) {
    recording.push_back(runs.ours[i].recording_ns * kPercentOfNs);
    more.push_back((runs.ours[i].process_ns - runs.none[i].process_ns) * kPercentOfNs);
  }
  const Interval of_more = interval_of_median(more);
  char interval[40] = "";  // none of few runs
  if (!std::isnan(of_more.low))
    std::snprintf(interval, sizeof(interval), " [%.3f %.3f]", of_more.low, of_more.high);
  char note[200];
  std::snprintf(note, sizeof(note),
                "%.3f of them recording; the process takes %.3f%s more than without recorder, of "
                "which it takes %.3f",
                spread_of(recording).median, spread_of(more).median, interval,
                figure.rounds.side(1).median * kPercentOfNs);
  figure.note = note;
  return figure;
}

Figure measure_otel_cpu_peak(const Effort& effort) {
  return figure_of(effort, [](const Usage& ours, const Usage& none) {
    return (ours.peak_ns - none.process_ns) * kPercentOfNs;
  });
}

Figure measure_otel_heap(const Effort& effort) {
  Figure figure = figure_of(effort, [](const Usage& ours, const Usage&) { return ours.heap_kb; });
  figure.note = "beside the region, which is no heap: a ring of 256 KiB a thread, until it grows";
  return figure;
}

Figure measure_dapper_daemon(const Effort& effort) {
  return figure_of(
      effort, [](const Usage& ours, const Usage&) { return ours.other_threads_ns * kPercentOfNs; });
}

}  // namespace nanospan::bench
