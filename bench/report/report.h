// Report: the costs as Google Benchmark's benchmarks, the table that people read, the JSON file.
//
// Threads: the writer's.
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "harness/cost.h"
#include "report/progress.h"

namespace nanospan::bench {

enum class Verdict { kMissed, kMet, kAimMet, kReported, kUnsteady, kProblem, kNotRun };
// Reported: there is no bar for it. Unsteady: too few valid rounds, or
// the interval around the bar. Not run: see not_run().
[[nodiscard]] Verdict judge(const Cost& cost, const Figure& figure);
[[nodiscard]] std::string_view words_of(Verdict verdict);

// Registers every cost; what they measure is found in `figures` by name when they have run.
void register_costs(std::span<const Cost> costs, const Effort& effort,
                    std::map<std::string, Figure>& figures, Progress& progress);

// One line a cost: value, quartiles, F and R, bar, aim, verdict.
class TableReporter : public benchmark::BenchmarkReporter {
 public:
  TableReporter(std::span<const Cost> costs, const Effort& effort,
                const std::map<std::string, Figure>& figures, const Progress& progress)
      : costs_(costs), effort_(effort), figures_(figures), progress_(progress) {}
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  void count(Verdict verdict);

  const std::span<const Cost> costs_;
  const Effort& effort_;
  const std::map<std::string, Figure>& figures_;
  const Progress& progress_;
  unsigned judged_ = 0, missed_ = 0, reported_ = 0, not_run_ = 0;
};

// Every round's raw numbers, the machine, kernel, compiler, flags. False: it can't be written.
bool write_json(const std::string& path, std::span<const Cost> costs, const Effort& effort,
                const std::map<std::string, Figure>& figures);

}  // namespace nanospan::bench
