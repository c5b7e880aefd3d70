#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/child_process.h"
#include "harness/machine.h"
#include "harness/pace.h"
#include "harness/percentiles.h"
#include "harness/program_folder.h"
#include "programs/program_costs.h"
#include "recording/rulers.h"

namespace nanospan::bench {
namespace {

// The bar is meant for operations of at least so long.
constexpr double kJudgedFromNs = 5'000;

// Of four turns: ns of an operation.
struct Block {
  double none = 0, other = 0;
};
struct Process {
  std::vector<Block> ours, same;  // none against a span, none against none
  double exported = 0, lost = 0;
  double floor_ns = 0;
  std::string problem;
};

Process ask_process(const char* row) {
  Process asked;
  asked.floor_ns = ns_flat_out(read_tick_pairs);
  ChildProcess program({program_folder() + "nanospan_bench_program", row, "1"}, usable_cpus());
  asked.problem = "nanospan_bench_program did not finish";
  for (std::string line; !(line = program.read_line()).empty();) {
    Block block;
    if (std::sscanf(line.c_str(), "ours %lf %lf", &block.none, &block.other) == 2) {
      asked.ours.push_back(block);
    } else if (std::sscanf(line.c_str(), "same %lf %lf", &block.none, &block.other) == 2) {
      asked.same.push_back(block);
    } else if (std::sscanf(line.c_str(), "delivery %lf %lf", &asked.exported, &asked.lost) == 2) {
      asked.problem = "";
    } else if (constexpr std::string_view kProblem = "problem "; line.starts_with(kProblem)) {
      asked.problem = line.substr(kProblem.size());
    }
  }
  return asked;
}

using Blocks = std::vector<Block> Process::*;
using Value = double (*)(const Block&);

double percent(const Block& block) {
  return 100 * (block.other - block.none) / block.none;
}
double more_ns(const Block& block) {
  return block.other - block.none;
}

// The middle of all blocks; processes are drawn whole.
Estimate estimate_of(const std::vector<Process>& processes, Blocks blocks, Value value) {
  Draw all(processes.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return estimate(all, [&](const Draw& draw) {
    std::vector<double> values;
    for (const std::size_t i : draw)
      for (const Block& block : processes[i].*blocks) values.push_back(value(block));
    return mean_of_middle(std::move(values));
  });
}

double middle_of(const std::vector<Block>& blocks, double Block::*side) {
  std::vector<double> ns;
  for (const Block& block : blocks) ns.push_back(block.*side);
  return mean_of_middle(std::move(ns));
}

Series series_of(const std::vector<Process>& processes, Blocks blocks, const char* name) {
  Series series{name, {"process", "none_ns", "other_ns"}, {}};
  for (std::size_t i = 0; i < processes.size(); ++i)
    for (const Block& block : processes[i].*blocks)
      series.points.push_back({static_cast<double>(i), block.none, block.other});
  return series;
}

Rounds rounds_of(const std::vector<Process>& processes) {
  Rounds rounds;
  rounds.sides = {"F", "none", "ours", "none again"};
  for (const Process& of : processes)
    rounds.ns.push_back({of.floor_ns, middle_of(of.ours, &Block::none),
                         middle_of(of.ours, &Block::other), middle_of(of.same, &Block::other)});
  rounds.is_void.assign(processes.size(), false);
  rounds.valid_min = processes.size();
  return rounds;
}

Figure figure_of(const std::vector<Process>& processes) {
  Figure figure;
  figure.rounds = rounds_of(processes);
  const Estimate percent_more = estimate_of(processes, &Process::ours, percent);
  const Estimate same = estimate_of(processes, &Process::same, percent);
  const Estimate more = estimate_of(processes, &Process::ours, more_ns);
  const double operation_ns = figure.rounds.side(1).median;
  figure.value = percent_more.value;
  figure.interval = percent_more.interval;
  figure.is_judged = operation_ns >= kJudgedFromNs && !std::isnan(figure.interval.low);
  figure.facts = {{"operation_ns", operation_ns},
                  {"more_ns", more.value.median},
                  {"more_from_ns", more.interval.low},
                  {"more_to_ns", more.interval.high},
                  {"same_again_percent", same.value.median},
                  {"same_again_from_percent", same.interval.low},
                  {"same_again_to_percent", same.interval.high}};
  char note[160];
  std::snprintf(note, sizeof(note),
                "an operation %.2f us, with a span %+.0f ns [%+.0f %+.0f]; none against none "
                "%+.2f %% [%+.2f %+.2f]",
                operation_ns / 1e3, more.value.median, more.interval.low, more.interval.high,
                same.value.median, same.interval.low, same.interval.high);
  figure.note = note;
  figure.series = {series_of(processes, &Process::ours, "none and ours"),
                   series_of(processes, &Process::same, "none and none")};
  double exported = 0, lost = 0;
  for (const Process& of : processes) {
    exported += of.exported;
    lost += of.lost;
  }
  figure.has_delivery = true;
  figure.exported = static_cast<std::uint64_t>(exported);
  figure.lost = static_cast<std::uint64_t>(lost);
  return figure;
}

}  // namespace

Figure measure_program(const char* row, const Effort& effort) {
  constexpr std::string_view kNotRun = "not run: ";
  // What a process throws for its pages is worth 1 % of an operation: so many tell half of that.
  const std::size_t processes_wanted = effort.pairs * (effort.quick ? std::size_t{1} : 3);
  std::vector<Process> processes;
  while (processes.size() < processes_wanted) {
    processes.push_back(ask_process(row));
    const std::string& why = processes.back().problem;
    if (why.starts_with(kNotRun)) return not_run(why.substr(kNotRun.size()));
    if (!why.empty()) return problem(why);
    report_round(processes.size(), processes_wanted);
  }
  return figure_of(processes);
}

}  // namespace nanospan::bench
