// nanospan_bench: measures every row of rows.cc.
#include <benchmark/benchmark.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <map>
#include <regex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/machine.h"
#include "nanospan/log.h"
#include "report/progress.h"
#include "report/report.h"
#include "rows.h"

namespace {

constexpr char kHelp[] =
    "nanospan_bench [--quick] [--pairs N] [--json FILE] [Google Benchmark's options]\n\n"
    "  --quick                      fewer rounds, shorter runs: every row but the peers in the\n"
    "                               service, but it resolves less\n"
    "  --pairs N                    turns of each side in rows taken in pairs (30); below 6 none "
    "is judged\n"
    "  --json FILE                  every round's raw numbers, machine, compiler\n"
    "  --benchmark_filter=REGEX     only these costs\n"
    "  --benchmark_list_tests=true  their names\n"
    "  --help                       this text\n\n"
    "Each line shows a median with its quartiles, the most that it may be, the aim beyond, and\n"
    "whether they were met. F: two back-to-back tick reads; R: the bare loop of bench/README.md.\n"
    "Exit codes: 0 measured (whatever the verdicts), 1 wrong options or nothing to write to.\n";

struct Options {
  bool quick = false;
  bool help = false;
  unsigned pairs = 0;  // 0: as many as the effort says
  std::string json;
};

// 0: it is no number, or none from 1 to 10,000.
unsigned number_in(const char* text) {
  unsigned value = 0;
  const char* const end = text + std::strlen(text);
  const auto [after, error] = std::from_chars(text, end, value);
  return error == std::errc{} && after == end && value <= 10'000 ? value : 0;
}

// Takes ours out of argv; the rest is Google Benchmark's. "": all is well.
const char* take_options(int& argc, char** argv, Options& options) {
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--quick") == 0) {
      options.quick = true;
    } else if (std::strcmp(argv[i], "--help") == 0 || std::strcmp(argv[i], "-h") == 0) {
      options.help = true;
    } else if (std::strcmp(argv[i], "--json") == 0) {
      if (++i == argc) return "--json needs a file name";
      options.json = argv[i];
    } else if (std::strcmp(argv[i], "--pairs") == 0) {
      options.pairs = ++i == argc ? 0 : number_in(argv[i]);
      if (options.pairs == 0) return "--pairs needs a number from 1 to 10,000";
    } else if (std::strncmp(argv[i], "--json=", 7) == 0) {
      options.json = argv[i] + 7;
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  argv[argc] = nullptr;
  return "";
}

// Those that run; a filter that we don't understand as Google Benchmark does misleads the guess.
std::vector<nanospan::bench::Progress::Step> steps_of(std::span<const nanospan::bench::Cost> costs,
                                                      const nanospan::bench::Effort& effort,
                                                      std::string filter) {
  constexpr double kQuickPart = 0.015;
  const bool is_negative = filter.starts_with('-');
  if (is_negative) filter.erase(0, 1);
  if (filter.empty() || filter == "all") filter = ".";
  std::vector<nanospan::bench::Progress::Step> steps;
  try {
    const std::regex wanted(filter, std::regex::extended);
    for (const auto& cost : costs)
      if (std::regex_search(cost.name, wanted) != is_negative)
        steps.push_back({cost.name, cost.seconds * (effort.quick ? kQuickPart : 1)});
  } catch (const std::regex_error&) {
    return {};
  }
  return steps;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace nanospan::bench;
  Options options;
  if (const std::string wrong = take_options(argc, argv, options); !wrong.empty()) {
    std::fprintf(stderr, "nanospan_bench: %s; --help lists the options\n", wrong.c_str());
    return 1;
  }
  if (options.help) {
    std::fputs(kHelp, stdout);
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;

  (void)usable_cpus();
  (void)ns_per_tick();  // a tenth of a second, within nobody's time
  park_second_thread();
  if (!pin_this_thread(writer_cpu()))
    std::fputs("nanospan_bench: can't pin the writer; the numbers will wander\n", stderr);
  Effort effort = options.quick ? quick_effort() : full_effort();
  if (options.pairs != 0) effort.pairs = options.pairs;
  std::map<std::string, Figure> figures;
  static Progress progress(steps_of(all_rows(), effort, benchmark::GetBenchmarkFilter()));
  // Where spans go is said by the rows.
  nanospan::set_log_handler([](nanospan::LogLevel level, std::string_view text) {
    if (level == nanospan::LogLevel::kInfo) return;
    progress.clear();
    std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
  });
  register_costs(all_rows(), effort, figures, progress);
  TableReporter table(all_rows(), effort, figures, progress);
  benchmark::RunSpecifiedBenchmarks(&table);
  benchmark::Shutdown();
  if (options.json.empty()) return 0;
  if (write_json(options.json, all_rows(), effort, figures)) {
    std::printf("raw numbers: %s\n", options.json.c_str());
    return 0;
  }
  std::fprintf(stderr, "nanospan_bench: can't write %s\n", options.json.c_str());
  return 1;
}
