// nanospan_bench_peers: measures every peer that was built beside it, and nanospan, in the same
// rounds.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "harness/machine.h"
#include "harness/program_folder.h"
#include "peers/peers_report.h"
#include "peers/roster.h"
#include "peers/settings.h"
#include "report/progress.h"

namespace {

constexpr char kHelp[] =
    "nanospan_bench_peers [--quick | --rounds N] [--peer REGEX] [--row REGEX] [--json FILE]\n\n"
    "  --quick       2 rounds, a quarter of the spans: it resolves less, has no intervals\n"
    "  --rounds N    so many valid rounds, 30 unless told\n"
    "  --peer REGEX  only peers whose name it finds; the least recorder is always there\n"
    "  --row REGEX   only these settings\n"
    "  --json FILE   every round's raw numbers, all lengths, machine, compiler\n"
    "  --help        this text\n\n"
    "F: two back-to-back tick reads; R: the least recorder of bench/README.md. How each peer is\n"
    "used and how to have it built stands in bench/peers/README.md.\n"
    "Exit codes: 0 measured, 1 wrong options or nothing to write to.\n";

struct Options {
  nanospan::bench::Effort effort;
  std::string json, peer, row;
  bool help = false;
};

// False: something that is no option, or one without its value.
bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const char* const value = i + 1 < argc ? argv[i + 1] : nullptr;
    if (word == "--quick") {
      options.effort.quick = true;
      options.effort.rounds.valid_min = 2;
    } else if (word == "--help" || word == "-h") {
      options.help = true;
    } else if (value == nullptr) {
      return false;
    } else if (word == "--rounds") {
      options.effort.rounds.valid_min = static_cast<unsigned>(std::strtoul(value, nullptr, 10));
      ++i;
    } else if (word == "--json" || word == "--peer" || word == "--row") {
      (word == "--json" ? options.json : word == "--peer" ? options.peer : options.row) = value;
      ++i;
    } else {
      return false;
    }
  }
  options.effort.rounds.rounds_max =
      (options.effort.quick ? 2 : 10) * options.effort.rounds.valid_min;
  return options.effort.rounds.valid_min > 0;
}

bool finds(const std::string& pattern, const char* name) {
  return std::regex_search(name, std::regex(pattern));
}

int measure(const Options& options) {
  using namespace nanospan::bench;
  using namespace nanospan::bench::peers;
  (void)usable_cpus();
  park_second_thread();
  std::vector<PeerProcess> peers;  // before this thread is pinned: they inherit the cores
  for (const Entry& entry : kRoster)
    if (peers.empty() || finds(options.peer, entry.name))
      peers.emplace_back(entry.name, program_folder() + entry.program, entry.needs);
  print_peers(peers);
  if (!pin_this_thread(writer_cpu()))
    std::fputs("nanospan_bench_peers: can't pin the writer; the numbers will wander\n", stderr);
  std::vector<Row> rows;
  std::vector<Progress::Step> steps;
  std::vector<Setting> settings;  // stay where they are: rows point to them
  for (const Setting& setting : kSettings) {
    if (!finds(options.row, setting.name)) continue;
    settings.push_back(setting);
    if (options.effort.quick) settings.back().request.spans /= 4;
    steps.push_back({setting.name, options.effort.quick ? 1.5 : 30});
  }
  Progress progress(std::move(steps));
  for (const Setting& setting : settings) {
    progress.begin(setting.name);
    rows.push_back(measure_row(setting, peers, options.effort.rounds));
    progress.clear();
    print_row(rows.back(), peers);
  }
  if (options.json.empty()) return 0;
  if (write_json(options.json, options.effort, rows, peers)) {
    std::printf("\nraw numbers: %s\n", options.json.c_str());
    return 0;
  }
  std::fprintf(stderr, "nanospan_bench_peers: can't write %s\n", options.json.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fputs("nanospan_bench_peers: see nanospan_bench_peers --help\n", stderr);
    return 1;
  }
  if (options.help) {
    std::fputs(kHelp, stdout);
    return 0;
  }
  try {
    return measure(options);
  } catch (const std::regex_error& error) {
    std::fprintf(stderr, "nanospan_bench_peers: not a regular expression: %s\n", error.what());
    return 1;
  }
}
