// What readers of its ring cost a writer, in bursts at 10 M/s: one that looks every 10 us to 10 ms,
// and several at once. Nobody exports; each reader decodes all spans. R and ours are measured with
// the same readers, and with none, in the same rounds.
#include <cstdio>
#include <map>

#include "harness/pace.h"
#include "loss/loss_costs.h"
#include "loss/readers.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"

namespace nanospan::bench {
namespace {

constexpr std::size_t kNobodysR = 1, kNobodysOurs = 2;  // places in a round, behind F

struct ReadingRun {
  std::string problem;
  Rounds rounds;                     // F, R and ours alone, then R and ours of each setting
  std::vector<ReaderCounts> counts;  // of each setting, R and ours, the warm-up too
};

ReadingRun measure_run(const std::vector<ReaderSetting>& settings, const Effort& effort) {
  ReadingRun run;
  if (!has_two_cores()) {
    run.problem = "Readers need a core that is not the writer's.";
    return run;
  }
  RecorderOptions options;
  options.ring_bytes_initial = options.ring_bytes_max;
  const Session session(Drained::kNo, std::move(options));
  run.problem = session.problem();
  if (!run.problem.empty()) return run;
  run.counts.resize(settings.size());
  const Pace pace{.operations = effort.quick ? 200'000u : 500'000u};
  const auto alone = [&pace](const char* name, Loop loop) {
    return Side{name, [&pace, loop] { return ns_in_bursts(loop, pace); }};
  };
  const auto read = [&](std::string name, Loop loop, std::size_t i) {
    return Side{std::move(name), [&, loop, i] {
                  Readers readers(settings[i]);
                  const double ns = ns_in_bursts(loop, pace);
                  const ReaderCounts counts = readers.stop();
                  run.counts[i].spans += counts.spans;
                  run.counts[i].lost += counts.lost;
                  run.counts[i].looks += counts.looks;
                  return ns;
                }};
  };
  std::vector<Side> sides = {{"F", [] { return ns_flat_out(read_tick_pairs); }},
                             alone("R", publish_bare_slots),
                             alone("ours", record_spans)};
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const std::string what = ", " + std::to_string(settings[i].readers) + " each " +
                             std::to_string(settings[i].period_ns / 1'000) + " us";
    sides.push_back(read("R" + what, publish_bare_slots, i));
    sides.push_back(read("ours" + what, record_spans, i));
  }
  RoundLimits limits = effort.rounds;
  limits.alternates = true;
  run.rounds = measure_rounds(sides, limits);
  return run;
}

Figure figure_of(const ReadingRun& run, std::size_t setting) {
  if (!run.problem.empty()) return problem(run.problem);
  const std::size_t least = 3 + 2 * setting, ours = least + 1;
  Figure figure;
  const auto over_floor = [ours](const auto& ns) { return ns[ours] / ns[0]; };
  figure.rounds = run.rounds;
  figure.value = run.rounds.of(over_floor);
  figure.interval = interval_of_median(run.rounds.values(over_floor));
  const auto median_of = [&run](std::size_t side, std::size_t over) {
    return run.rounds.of([=](const auto& ns) { return ns[side] / ns[over]; }).median;
  };
  const ReaderCounts& counts = run.counts[setting];
  figure.facts = {{"over_R", median_of(ours, least)},
                  {"over_nobody_reads", median_of(ours, kNobodysOurs)},
                  {"R_over_nobody_reads", median_of(least, kNobodysR)},
                  {"looks", static_cast<double>(counts.looks)}};
  char note[128];
  std::snprintf(note, sizeof(note), "%.2f x R with the same readers; over no reader %.2f, R %.2f",
                figure.facts[0].value, figure.facts[1].value, figure.facts[2].value);
  figure.note = note;
  figure.has_delivery = true;
  figure.exported = counts.spans;
  figure.lost = counts.lost;
  return figure;
}

}  // namespace

Figure measure_polling(unsigned period_us, const Effort& effort) {
  static const std::vector<ReaderSetting> settings = {
      {1, 10'000}, {1, 100'000}, {1, 1'000'000}, {1, 10'000'000}};
  static const ReadingRun run = measure_run(settings, effort);
  std::size_t setting = 0;
  while (settings[setting].period_ns != std::uint64_t{period_us} * 1'000) ++setting;
  return figure_of(run, setting);
}

Figure measure_readers(unsigned readers, const Effort& effort) {
  static const std::vector<ReaderSetting> settings = {
      {1, 1'000'000}, {2, 1'000'000}, {4, 1'000'000}, {8, 1'000'000}};
  static const ReadingRun run = measure_run(settings, effort);
  std::size_t setting = 0;
  while (settings[setting].readers != readers) ++setting;
  return figure_of(run, setting);
}

}  // namespace nanospan::bench
