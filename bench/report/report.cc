#include "report/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "harness/machine.h"

namespace nanospan::bench {
namespace {

void set_counters(benchmark::State& state, const Cost& cost, const Figure& figure) {
  auto& counters = state.counters;
  counters["value"] = figure.value.median;
  counters["q1"] = figure.value.lower;
  counters["q3"] = figure.value.upper;
  if (!std::isnan(cost.bar)) counters["bar"] = cost.bar;
  if (!std::isnan(cost.aim)) counters["aim"] = cost.aim;
  for (std::size_t side = 0; side < figure.rounds.sides.size(); ++side)
    counters[figure.rounds.sides[side] + "_ns"] = figure.rounds.side(side).median;
  if (!figure.rounds.ns.empty()) {
    counters["rounds"] = static_cast<double>(figure.rounds.valid_count());
    counters["void"] = static_cast<double>(figure.rounds.void_count());
  }
  if (!figure.has_delivery) return;
  counters["exported"] = static_cast<double>(figure.exported);
  counters["lost"] = static_cast<double>(figure.lost);
  counters["lost_in_warm_up"] = static_cast<double>(figure.lost_in_warm_up);
}

// What Google Benchmark calls the time of an iteration: our side, where there are sides.
double seconds_of(const Figure& figure) {
  const auto& sides = figure.rounds.sides;
  const auto ours = std::find(sides.begin(), sides.end(), "ours");
  const double ns = ours == sides.end()
                        ? figure.value.median
                        : figure.rounds.side(static_cast<std::size_t>(ours - sides.begin())).median;
  return std::isfinite(ns) && ns > 0 ? ns / 1e9 : 1e-12;
}

const Cost* find_cost(std::span<const Cost> costs, const std::string& name) {
  for (const Cost& cost : costs)
    if (name == cost.name) return &cost;
  return nullptr;
}

void print_interval(const Figure& figure) {
  if (std::isnan(figure.interval.low)) return;
  std::printf("  %-27s median with 95 %% confidence in [%.3f %.3f]\n", "", figure.interval.low,
              figure.interval.high);
}

void print_sides(const Figure& figure) {
  if (figure.rounds.ns.empty()) return;
  std::printf("  %-27s", "");
  for (std::size_t side = 0; side < figure.rounds.sides.size(); ++side)
    std::printf(" %s %.2f%s", figure.rounds.sides[side].c_str(), figure.rounds.side(side).median,
                side + 1 < figure.rounds.sides.size() ? "," : " ns");
  std::printf("; rounds %zu, void %zu\n", figure.rounds.valid_count(), figure.rounds.void_count());
}

void print_delivery(const Figure& figure) {
  if (!figure.has_delivery) return;
  std::printf("  %-27s exported %llu, lost %llu", "",
              static_cast<unsigned long long>(figure.exported),
              static_cast<unsigned long long>(figure.lost));
  if (figure.lost_in_warm_up != 0)
    std::printf("; in the warm-up lost %llu",
                static_cast<unsigned long long>(figure.lost_in_warm_up));
  std::printf("\n");
}

std::string limit_text(double limit) {
  char text[16] = "";
  if (!std::isnan(limit)) std::snprintf(text, sizeof(text), "%.2f", limit);
  return text;
}

void print_row(const Cost& cost, const Figure& figure, Verdict verdict) {
  if (!figure.problem.empty()) {
    std::printf("%-29s %s\n", cost.name, figure.problem.c_str());
    return;
  }
  const std::string verdict_words(words_of(verdict));
  std::printf("%-29s %9.3f %-11s [%8.3f %8.3f] %8s %8s  %s\n", cost.name, figure.value.median,
              cost.unit, figure.value.lower, figure.value.upper, limit_text(cost.bar).c_str(),
              limit_text(cost.aim).c_str(), verdict_words.c_str());
  std::printf("  %s%s%s\n", cost.what, figure.note.empty() ? "" : "; ", figure.note.c_str());
  print_interval(figure);
  print_sides(figure);
  print_delivery(figure);
}

}  // namespace

Verdict judge(const Cost& cost, const Figure& figure) {
  if (!figure.was_run) return Verdict::kNotRun;
  if (!figure.problem.empty()) return Verdict::kProblem;
  const auto within = [&](double limit) {
    return cost.more_is_better ? figure.value.median >= limit : figure.value.median <= limit;
  };
  if (cost.lossless && figure.lost != 0) return Verdict::kMissed;
  if (!figure.rounds.ns.empty() && figure.rounds.valid_count() < figure.rounds.valid_min)
    return Verdict::kUnsteady;
  if (std::isnan(cost.bar) || !figure.is_judged) return Verdict::kReported;
  const Interval& interval = figure.interval;
  if (interval.low <= cost.bar && cost.bar < interval.high) return Verdict::kUnsteady;
  if (!within(cost.bar)) return Verdict::kMissed;
  return std::isnan(cost.aim) || within(cost.aim) ? Verdict::kAimMet : Verdict::kMet;
}

std::string_view words_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kMissed:
      return "MISSED";
    case Verdict::kMet:
      return "met";
    case Verdict::kAimMet:
      return "met, aim too";
    case Verdict::kReported:
      return "reported";
    case Verdict::kUnsteady:
      return "UNSTEADY";
    case Verdict::kNotRun:
      return "not run";
    case Verdict::kProblem:
      break;
  }
  return "NOT MEASURED";
}

void register_costs(std::span<const Cost> costs, const Effort& effort,
                    std::map<std::string, Figure>& figures, Progress& progress) {
  for (const Cost& cost : costs) {
    const auto run = [&cost, &effort, &figures, &progress](benchmark::State& state) {
      progress.begin(cost.name);
      for (auto _ : state) {
        const Figure& figure = figures[cost.name] = cost.measure(effort);
        state.SetIterationTime(seconds_of(figure));
        if (!figure.problem.empty()) state.SkipWithError(figure.problem.c_str());
      }
      const Figure& figure = figures[cost.name];
      set_counters(state, cost, figure);
      state.SetLabel(std::string(words_of(judge(cost, figure))));
    };
    benchmark::RegisterBenchmark(cost.name, run)->UseManualTime()->Iterations(1);
  }
}

bool TableReporter::ReportContext(const Context&) {
  const MachineFacts machine = machine_facts();
  std::printf("%s, %u cores, clock source %s\n%s\n%s %s, %s\n", machine.cpu.c_str(), machine.cores,
              machine.tick_counter.c_str(), machine.kernel.c_str(), machine.compiler.c_str(),
              machine.flags.c_str(), machine.build.c_str());
  std::printf("writer on core %u, drain on core %u, a second thread parked%s\n\n", writer_cpu(),
              drain_cpu(), effort_.quick ? "; QUICK: resolves less, not numbers to quote" : "");
  std::printf("%-29s %9s %-11s %19s %8s %8s  %s\n", "cost", "median", "", "quartiles", "at most",
              "aim", "");
  return true;
}

void TableReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    const Cost* const cost = find_cost(costs_, run.run_name.function_name);
    if (cost == nullptr) continue;
    const Figure& figure = figures_.at(cost->name);
    progress_.clear();
    count(judge(*cost, figure));
    print_row(*cost, figure, judge(*cost, figure));
    std::fflush(stdout);
  }
}

void TableReporter::count(Verdict verdict) {
  if (verdict == Verdict::kReported) {
    ++reported_;
  } else if (verdict == Verdict::kNotRun) {
    ++not_run_;
  } else {
    ++judged_;
    missed_ += verdict != Verdict::kMet && verdict != Verdict::kAimMet ? 1 : 0;
  }
}

void TableReporter::Finalize() {
  std::printf("\n%u of %u rows within their bar", judged_ - missed_, judged_);
  if (reported_ != 0) std::printf("; %u more have none", reported_);
  if (not_run_ != 0) std::printf("; %u were not run", not_run_);
  std::printf("\n");
}

}  // namespace nanospan::bench
