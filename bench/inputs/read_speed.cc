// nanospan_bench_read: how fast the command reads spans, from each format, on one core.
//
// Usage: nanospan_bench_read [--spans N] [--rounds N] [--directory DIR] [--keep] [--json FILE]
// Writes files of N spans (a million) into DIR (a new folder in memory), or keeps them there and
// ends (--keep). Each round is a process of its own, so that its memory is its own: it reads a file
// through the reader that `analyze` reads with, into the set that it analyzes. The file is in the
// page cache. The median of the rounds, and the largest peak of memory, pages of a mapped region
// included.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/trace_set_sink.h"
#include "harness/machine.h"
#include "inputs/sample_spans.h"

namespace nanospan::bench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Options {
  std::uint64_t spans = 1'000'000;
  unsigned rounds = 5;
  std::string directory, json;
  bool keep = false;
};

struct Round {
  double seconds = 0;
  std::uint64_t spans = 0;  // in the set
  long peak_kib = 0;
};

struct Row {
  SampleFormat format;
  double seconds_max;  // for a million; 0: no bar
};
constexpr Row kRows[] = {{SampleFormat::kProtobuf, 2},
                         {SampleFormat::kCollectorProtobuf, 2},
                         {SampleFormat::kRegion, 2},
                         {SampleFormat::kJsonLines, 6},
                         {SampleFormat::kJaegerJson, 0}};

Round read_once(const std::string& path) {
  pin_this_thread(writer_cpu());
  const auto begin = std::chrono::steady_clock::now();
  tools::analysis::TraceSet set;
  tools::analysis::TraceSetSink sink(set);
  const auto found = tools::find_inputs({path});
  tools::ReadOptions options;
  options.everything = true;
  for (const auto& input : found.inputs) (void)tools::read_input(input, options, sink);
  Round round;
  round.spans = set.size();
  round.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  round.peak_kib = used.ru_maxrss;
  return round;
}

std::optional<Round> read_in_child(const std::string& path) {
  int ends[2];
  if (pipe(ends) != 0) return std::nullopt;
  const pid_t child = fork();
  if (child == 0) {
    const Round round = read_once(path);
    _exit(write(ends[1], &round, sizeof(round)) == sizeof(round) ? 0 : 1);
  }
  close(ends[1]);
  Round round;
  const bool is_whole = read(ends[0], &round, sizeof(round)) == sizeof(round);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return is_whole ? std::optional(round) : std::nullopt;
}

// False: it could not be measured, or spans are missing.
bool measure(const Row& row, const Options& options, Json& results) {
  const std::string path = write_samples(row.format, options.spans, options.directory);
  if (path.empty() || options.keep) {
    std::printf("%-20s %s\n", name_of(row.format),
                path.empty() ? "could not be written" : path.c_str());
    return !path.empty();
  }
  std::vector<double> seconds;
  long peak_kib = 0;
  std::uint64_t spans = 0;
  for (unsigned round = 0; round <= options.rounds; ++round) {
    const auto one = read_in_child(path);
    if (!one) break;
    spans = one->spans;
    peak_kib = std::max(peak_kib, one->peak_kib);
    if (round != 0) seconds.push_back(one->seconds);  // the first one warms the page cache
  }
  const auto file_bytes = fs::file_size(path);
  fs::remove(path);
  if (seconds.empty() || spans < options.spans) {
    std::printf("%-20s %llu of %llu spans were read\n", name_of(row.format),
                static_cast<unsigned long long>(spans),
                static_cast<unsigned long long>(options.spans));
    return false;
  }
  results.push_back({{"format", name_of(row.format)},
                     {"spans", spans},
                     {"file_bytes", file_bytes},
                     {"peak_kib", peak_kib},
                     {"seconds", seconds}});
  std::sort(seconds.begin(), seconds.end());
  const double per_million = seconds[seconds.size() / 2] * 1e6 / static_cast<double>(spans);
  std::printf("%-20s %8.0f MiB %10.2f M spans/s %8.2f s a million %6.0f MiB peak  %s\n",
              name_of(row.format), static_cast<double>(file_bytes) / (1 << 20), 1 / per_million,
              per_million, static_cast<double>(peak_kib) / 1024,
              row.seconds_max == 0             ? ""
              : per_million <= row.seconds_max ? "within its bar"
                                               : "ABOVE ITS BAR");
  return true;
}

int run(Options& options) {
  std::string made = "/dev/shm/nanospan-read-XXXXXX";
  const bool is_own = options.directory.empty();
  if (is_own) {
    if (mkdtemp(made.data()) == nullptr) return 1;
    options.directory = made;
  }
  const MachineFacts machine = machine_facts();
  Json json{{"cpu", machine.cpu},
            {"kernel", machine.kernel},
            {"compiler", machine.compiler},
            {"flags", machine.flags},
            {"rows", Json::array()}};
  bool is_whole = true;
  for (const Row& row : kRows) is_whole &= measure(row, options, json["rows"]);
  if (is_own && !options.keep) fs::remove_all(made);
  if (!options.json.empty()) std::ofstream(options.json) << json.dump(2) << '\n';
  return is_whole ? 0 : 1;
}

}  // namespace
}  // namespace nanospan::bench

int main(int argc, char** argv) {
  nanospan::bench::Options options;
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (std::size_t at = 0; at < words.size(); ++at) {
    const bool has_value = at + 1 < words.size();
    if (words[at] == "--keep") {
      options.keep = true;
    } else if (words[at] == "--spans" && has_value) {
      options.spans = std::strtoull(words[++at].c_str(), nullptr, 10);
    } else if (words[at] == "--rounds" && has_value) {
      options.rounds = static_cast<unsigned>(std::strtoul(words[++at].c_str(), nullptr, 10));
    } else if (words[at] == "--directory" && has_value) {
      options.directory = words[++at];
    } else if (words[at] == "--json" && has_value) {
      options.json = words[++at];
    } else {
      std::fputs(
          "nanospan_bench_read [--spans N] [--rounds N] [--directory DIR] [--keep] [--json FILE]\n"
          "How fast spans are read from each format: a million of them, five rounds.\n",
          stderr);
      return 2;
    }
  }
  return nanospan::bench::run(options);
}
