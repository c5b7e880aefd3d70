// nanospan_bench_read: how fast the command gets from a file of spans to an answer, on one core.
//
// Usage: nanospan_bench_read [--spans N] [--rounds N] [--directory DIR] [--command FILE] [--keep]
//                            [--json FILE]
// Writes files of N spans (a million) into DIR (a new folder in memory), or keeps them there and
// ends (--keep). Of each it measures, round by round in turn: reading it alone, `nanospan analyze`
// and `nanospan view` (--command: else the one beside this program), end to end. The file is in the
// page cache. The median of the rounds, and the largest peak of memory.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/machine.h"
#include "inputs/sample_spans.h"
#include "inputs/stages.h"

namespace nanospan::bench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Options {
  std::uint64_t spans = 1'000'000;
  unsigned rounds = 5;
  std::string directory, command, json;
  bool keep = false;
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

struct Measured {
  std::vector<double> seconds;
  long peak_kib = 0;
};

// By a process of its own, whose memory would count as that of all that come after. "": it failed.
std::string write_in_child(SampleFormat format, const Options& options) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    const std::string path = write_samples(format, options.spans, options.directory);
    _exit(write(ends[1], path.data(), path.size()) < 0 ? 1 : 0);
  }
  close(ends[1]);
  std::string path(4096, '\0');
  const ssize_t bytes = read(ends[0], path.data(), path.size());
  close(ends[0]);
  waitpid(child, nullptr, 0);
  path.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  return path;
}

// False: a stage failed, or spans are missing; it is said.
bool measure_stages(const std::string& path, const Options& options,
                    std::map<Stage, Measured>& measured) {
  for (unsigned round = 0; round <= options.rounds; ++round) {
    for (const Stage stage : kStages) {
      const auto one = run_once(stage, path, options.command);
      if (!one || (stage == Stage::kRead && one->spans < options.spans)) {
        std::printf("%s of %s failed%s\n", name_of(stage), path.c_str(),
                    one ? ": spans are missing" : "");
        return false;
      }
      measured[stage].peak_kib = std::max(measured[stage].peak_kib, one->peak_kib);
      // The first one warms the page cache.
      if (round != 0) measured[stage].seconds.push_back(one->seconds);
    }
  }
  return true;
}

void report(const Row& row, const Options& options, std::uint64_t file_bytes,
            std::map<Stage, Measured>& measured, Json& results) {
  Json json{{"format", name_of(row.format)}, {"spans", options.spans}, {"file_bytes", file_bytes}};
  std::printf("%-18s %5.0f MiB", name_of(row.format), static_cast<double>(file_bytes) / (1 << 20));
  bool is_within = true;
  for (auto& [stage, one] : measured) {
    json[name_of(stage)] = {{"seconds", one.seconds}, {"peak_kib", one.peak_kib}};
    std::sort(one.seconds.begin(), one.seconds.end());
    const double per_million =
        one.seconds[one.seconds.size() / 2] * 1e6 / static_cast<double>(options.spans);
    is_within &= stage == Stage::kRead || per_million <= row.seconds_max;
    std::printf("   %s %5.2f s %4.0f MiB", name_of(stage), per_million,
                static_cast<double>(one.peak_kib) / 1024);
  }
  if (row.seconds_max != 0)
    std::printf("   %s %.0f s", is_within ? "within" : "ABOVE", row.seconds_max);
  std::printf("\n");
  results.push_back(std::move(json));
}

// False: it could not be measured.
bool measure(const Row& row, const Options& options, Json& results) {
  const std::string path = write_in_child(row.format, options);
  if (path.empty() || options.keep) {
    std::printf("%-18s %s\n", name_of(row.format),
                path.empty() ? "could not be written" : path.c_str());
    return !path.empty();
  }
  std::map<Stage, Measured> measured;
  const bool is_measured = measure_stages(path, options, measured);
  if (is_measured) report(row, options, fs::file_size(path), measured, results);
  fs::remove(path);
  return is_measured;
}

int run(Options& options) {
  std::string made = "/dev/shm/nanospan-read-XXXXXX";
  const bool is_own = options.directory.empty();
  if (is_own) {
    if (mkdtemp(made.data()) == nullptr) return 1;
    options.directory = made;
  }
  if (options.command.empty())
    options.command = fs::read_symlink("/proc/self/exe").replace_filename("nanospan");
  const MachineFacts machine = machine_facts();
  Json json{{"cpu", machine.cpu},
            {"kernel", machine.kernel},
            {"compiler", machine.compiler},
            {"flags", machine.flags},
            {"rows", Json::array()}};
  if (!options.keep) std::printf("seconds for a million spans, and the peak of memory\n");
  bool is_whole = true;
  for (const Row& row : kRows) is_whole &= measure(row, options, json["rows"]);
  if (is_own && !options.keep) fs::remove_all(made);
  if (!options.json.empty()) std::ofstream(options.json) << json.dump(2) << '\n';
  return is_whole ? 0 : 1;
}

// False: the command line is wrong.
bool parse(const std::vector<std::string>& words, Options& options) {
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "--keep") {
      options.keep = true;
      continue;
    }
    if (at + 1 == words.size()) return false;
    const std::string& value = words[++at];
    if (word == "--spans")
      options.spans = std::max<std::uint64_t>(1, std::strtoull(value.c_str(), nullptr, 10));
    else if (word == "--rounds")
      options.rounds =
          std::max(1u, static_cast<unsigned>(std::strtoul(value.c_str(), nullptr, 10)));
    else if (word == "--directory")
      options.directory = value;
    else if (word == "--command")
      options.command = value;
    else if (word == "--json")
      options.json = value;
    else
      return false;
  }
  return true;
}

}  // namespace
}  // namespace nanospan::bench

int main(int argc, char** argv) {
  nanospan::bench::Options options;
  if (nanospan::bench::parse({argv + 1, argv + argc}, options))
    return nanospan::bench::run(options);
  std::fputs(
      "nanospan_bench_read [--spans N] [--rounds N] [--directory DIR] [--command FILE] [--keep]\n"
      "                    [--json FILE]\n"
      "From a file of spans to an answer, by format: a million of them, five rounds.\n",
      stderr);
  return 2;
}
