// nanospan_bench_disk: what it costs a span that its region is on a disk and not in memory.
//
// Usage: nanospan_bench_disk DIRECTORY [--sync] [--rounds N] [--json FILE]; DIRECTORY is on the
// disk. Each side, memory and disk, is a process of its own, with its region, for the whole run;
// they take turns of two seconds on one core: a span each microsecond, timed alone, two tick reads
// included. So the disk's region gets as old as writeback waits for (30 s by default), and both see
// the same machine. --sync: the disk's file system is synced once a second in its turns, as any
// program on the machine may do. No drain: writeback meets the writer alone.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "harness/first_line.h"
#include "harness/machine.h"
#include "nanospan/detail/tick_source.h"
#include "nanospan/nanospan.h"

namespace nanospan::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kTurnSeconds = 2;
constexpr std::chrono::seconds kSyncEvery{1};  // as a database's log or a busy journal does
constexpr std::size_t kSpansOfTurn = 2'000'000;
constexpr std::array<double, 4> kParts = {0.5, 0.99, 0.999, 0.9999};

struct Turn {
  std::array<double, kParts.size()> ns{};  // at kParts
  double max_ns = 0;
  long page_faults = 0;
};

long page_faults() {
  rusage used{};
  getrusage(RUSAGE_THREAD, &used);
  return used.ru_minflt + used.ru_majflt;
}

Turn measure_turn(std::vector<std::uint32_t>& lengths) {
  const double period = kTurnSeconds * 1e9 / ns_per_tick() / static_cast<double>(lengths.size());
  const long faults = page_faults();
  const std::uint64_t origin = detail::read_ticks();
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const std::uint64_t due = origin + static_cast<std::uint64_t>(period * static_cast<double>(i));
    std::uint64_t begin = detail::read_ticks();
    while (begin < due) begin = detail::read_ticks();
    { NANOSPAN_SCOPE(span, "span"); }
    lengths[i] = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(detail::read_ticks() - begin, 0xffffffff));
  }
  Turn turn;
  turn.page_faults = page_faults() - faults;
  std::sort(lengths.begin(), lengths.end());
  for (std::size_t i = 0; i < kParts.size(); ++i)
    turn.ns[i] =
        lengths[static_cast<std::size_t>(static_cast<double>(lengths.size()) * kParts[i])] *
        ns_per_tick();
  turn.max_ns = lengths.back() * ns_per_tick();
  return turn;
}

struct Side {
  const char* name;
  std::string directory;
  bool is_synced;
  int to_child = -1, from_child = -1;
  std::vector<Turn> turns{};
};

// Takes a turn for each byte it is sent.
[[noreturn]] void live_as_side(const Side& side, int from_parent, int to_parent) {
  RecorderOptions options;
  options.region_directory = side.directory;
  options.ring_bytes_initial = options.ring_bytes_max;
  options.drain.enabled = false;
  options.exporters = {nullptr};
  Recorder recorder = Recorder::start(std::move(options));
  if (!recorder) {
    std::fprintf(stderr, "%s\n", recorder.error().c_str());
    _exit(1);
  }
  pin_this_thread(writer_cpu());
  (void)prepare_thread();
  std::vector<std::uint32_t> lengths(kSpansOfTurn, 1);
  const int directory = open(side.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (char byte; read(from_parent, &byte, 1) == 1;) {
    std::atomic<bool> is_over{false};
    std::thread syncs([&] {
      pin_this_thread(drain_cpu());
      while (side.is_synced && !is_over.load()) {
        syncfs(directory);
        std::this_thread::sleep_for(kSyncEvery);
      }
    });
    const Turn turn = measure_turn(lengths);
    is_over.store(true);
    syncs.join();
    if (write(to_parent, &turn, sizeof(turn)) != sizeof(turn)) break;
  }
  unlink(recorder.region_path().c_str());
  (void)recorder.stop(std::chrono::seconds(1));
  _exit(0);
}

void fork_side(Side& side) {
  int down[2], up[2];
  if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) std::exit(1);
  if (fork() == 0) {
    close(down[1]);
    live_as_side(side, down[0], up[1]);
  }
  close(down[0]);
  close(up[1]);
  side.to_child = down[1];
  side.from_child = up[0];
}

bool take_turn(Side& side) {
  Turn turn;
  if (write(side.to_child, "t", 1) != 1) return false;
  if (read(side.from_child, &turn, sizeof(turn)) != sizeof(turn)) return false;
  side.turns.push_back(turn);
  return true;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::vector<double> column(const Side& side, std::size_t part) {
  std::vector<double> values;
  for (const Turn& turn : side.turns)
    values.push_back(part < kParts.size() ? turn.ns[part] : turn.max_ns);
  return values;
}

void print(const std::vector<Side>& sides) {
  std::printf("median of the turns / worst turn, ns\n%-22s %19s %19s %19s %19s %19s %15s\n", "side",
              "p50", "p99", "p99.9", "p99.99", "max", "faults a turn");
  for (const Side& side : sides) {
    std::printf("%-22s", side.name);
    for (std::size_t part = 0; part <= kParts.size(); ++part) {
      const auto values = column(side, part);
      std::printf(" %9.0f /%8.0f", median(values), *std::max_element(values.begin(), values.end()));
    }
    std::vector<double> faults;
    for (const Turn& turn : side.turns) faults.push_back(static_cast<double>(turn.page_faults));
    std::printf(" %6.0f /%7.0f\n", median(faults), *std::max_element(faults.begin(), faults.end()));
  }
}

bool write_json(const std::string& path, const std::vector<Side>& sides) {
  const MachineFacts machine = machine_facts();
  Json out = {{"machine",
               {{"cpu", machine.cpu},
                {"cores", machine.cores},
                {"kernel", machine.kernel},
                {"compiler", machine.compiler},
                {"flags", machine.flags}}},
              {"dirty_expire_centisecs", first_line("/proc/sys/vm/dirty_expire_centisecs")},
              {"dirty_writeback_centisecs", first_line("/proc/sys/vm/dirty_writeback_centisecs")},
              {"load", first_line("/proc/loadavg")},
              {"spans_a_turn", kSpansOfTurn},
              {"seconds_a_turn", kTurnSeconds},
              {"sides", Json::array()}};
  for (const Side& side : sides) {
    Json turns = Json::array();
    for (const Turn& turn : side.turns)
      turns.push_back({{"p50", turn.ns[0]},
                       {"p99", turn.ns[1]},
                       {"p99.9", turn.ns[2]},
                       {"p99.99", turn.ns[3]},
                       {"max", turn.max_ns},
                       {"page_faults", turn.page_faults}});
    out["sides"].push_back(
        {{"name", side.name}, {"synced", side.is_synced}, {"turns_ns", std::move(turns)}});
  }
  std::ofstream file(path);
  file << out.dump(1) << '\n';
  return file.good();
}

int run(const std::string& disk, bool is_synced, int rounds, const std::string& json) {
  std::vector<Side> sides = {{"memory", "/dev/shm/nanospan-bench-disk", false},
                             {is_synced ? "disk, synced each s" : "disk", disk, is_synced}};
  for (Side& side : sides) fork_side(side);
  for (int round = 0; round < rounds; ++round)
    for (Side& side : sides)
      if (!take_turn(side)) return 1;
  for (Side& side : sides) close(side.to_child);
  while (wait(nullptr) > 0) {
  }
  rmdir("/dev/shm/nanospan-bench-disk");
  print(sides);
  return json.empty() || write_json(json, sides) ? 0 : 1;
}

}  // namespace
}  // namespace nanospan::bench

namespace {

constexpr char kHelp[] =
    "nanospan_bench_disk DIRECTORY [--sync] [--rounds N] [--json FILE]\n"
    "\n"
    "What a region in DIRECTORY, on a disk, does to single spans, beside one in memory.\n"
    "  --sync       syncs DIRECTORY's file system once a second\n"
    "  --rounds N   turns of 2 s that each side takes, 20 unless given\n"
    "  --json FILE  every turn's raw numbers, machine, compiler\n"
    "  --help       this text\n"
    "Exit codes: 0 measured, 1 a region can't be made or FILE can't be written, 2 wrong options.\n";

}  // namespace

int main(int argc, char** argv) {
  std::string directory, json;
  int rounds = 20;
  bool is_synced = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--help") == 0) {
      std::fputs(kHelp, stdout);
      return 0;
    }
    if (std::strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
      rounds = std::atoi(argv[++i]);
    else if (std::strcmp(argv[i], "--json") == 0 && i + 1 < argc)
      json = argv[++i];
    else if (std::strcmp(argv[i], "--sync") == 0)
      is_synced = true;
    else if (argv[i][0] != '-' && directory.empty())
      directory = argv[i];
    else
      rounds = 0;
  }
  if (directory.empty() || rounds <= 0) {
    std::fputs(kHelp, stderr);
    return 2;
  }
  return nanospan::bench::run(directory, is_synced, rounds, json);
}
