#include "service/service_run.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "harness/machine.h"
#include "harness/pace.h"
#include "harness/program_folder.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "service/load/child_process.h"
#include "service/load/http_client.h"

namespace nanospan::bench {
namespace {

constexpr double kWrkSeconds = 0.3;
constexpr std::size_t kPaced = std::size_t(Load::kPaced), kWrk = std::size_t(Load::kWrk);

std::string program_of(const ServiceSide& side) {
  return program_folder() + "nanospan_bench_service_" + side.variant;
}

// A service that runs, and its directory.
class RunningService {
 public:
  explicit RunningService(const ServiceSide& side)
      : directory_(make_directory()),
        process_({program_of(side), directory_}, usable_cpus()),
        first_line_(process_.read_line()),
        port_(std::atoi(first_line_.c_str())) {}
  RunningService(const RunningService&) = delete;
  RunningService& operator=(const RunningService&) = delete;
  ~RunningService() {
    process_.finish();
    unlink((directory_ + "/spans.jsonl").c_str());
    rmdir(directory_.c_str());
  }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string problem() const {
    if (port_ > 0) return "";
    return first_line_.empty() ? "the service did not start" : first_line_;
  }

  struct Counts {
    double requests = 0, request_threads_ns = 0, process_ns = 0, exported = 0, lost = 0;
  };
  [[nodiscard]] Counts counts() const {
    HttpConnection connection(port_);
    if (connection.is_open()) connection.send(http_get("/counts"));
    while (connection.is_open() && !connection.receive()) {
    }
    Counts counts;
    const std::string body(connection.is_open() ? connection.answer().body() : "");
    std::sscanf(body.c_str(), "%lf %lf %lf %lf %lf", &counts.requests, &counts.request_threads_ns,
                &counts.process_ns, &counts.exported, &counts.lost);
    return counts;
  }

 private:
  static std::string make_directory() {
    char path[] = "/dev/shm/nanospan-bench-service-XXXXXX";
    return mkdtemp(path) == nullptr ? "" : path;
  }

  std::string directory_;
  ChildProcess process_;
  std::string first_line_;
  int port_;
};

template <typename RunLoad>
Turn measure_turn(const RunningService& service, RunLoad&& run_load) {
  const auto before = service.counts();
  Turn turn;
  turn.load = run_load();
  const auto after = service.counts();
  const double requests = after.requests - before.requests;
  if (requests <= 0) {
    if (turn.load.problem.empty()) turn.load.problem = "the service counted no request";
    return turn;
  }
  turn.request_threads_ns = (after.request_threads_ns - before.request_threads_ns) / requests;
  turn.other_threads_ns =
      (after.process_ns - before.process_ns) / requests - turn.request_threads_ns;
  turn.exported = after.exported - before.exported;
  turn.lost = after.lost - before.lost;
  return turn;
}

double take_turn(const ServiceSide& side, ServiceRun& run, std::size_t place,
                 const PacedLoad& paced) {
  const RunningService service(side);
  if (!service.problem().empty()) {
    for (auto& turns : run.turns) {
      turns[place].emplace_back();
      turns[place].back().load.problem = service.problem();
    }
    return std::nan("");
  }
  const std::string path = "/tasks/" + std::to_string(side.spans);
  const PacedLoad warm_up{.seconds = 0.1};
  (void)run_paced(service.port(), path, warm_up);
  (void)service.counts();  // a request thread flushes: what the warm-up left is not the load's
  run.turns[kPaced][place].push_back(
      measure_turn(service, [&] { return run_paced(service.port(), path, paced); }));
  if (run.load_not_run[kWrk].empty())
    run.turns[kWrk][place].push_back(
        measure_turn(service, [&] { return run_wrk(service.port(), path, kWrkSeconds); }));
  return run.turns[kPaced][place].back().request_threads_ns;
}

double measure_span_ns() {
  Session session(Drained::kYes);
  if (!session.problem().empty()) return std::nan("");
  session.settle_ring(Pace{}.per_second);
  std::vector<double> ns;
  for (int i = 0; i < 30; ++i) ns.push_back(ns_in_bursts(record_nested_spans, Pace{}));
  return spread_of(ns).median;
}

// Takes the warm-up off, and makes of the turns under one load what of the other was measured.
void put_in_rounds(ServiceRun& run) {
  run.rounds[kWrk] = run.rounds[kPaced];
  for (std::size_t load = 0; load < kLoads; ++load) {
    if (!run.load_not_run[load].empty()) continue;
    for (std::size_t place = 0; place < run.columns.size(); ++place) {
      if (run.columns[place] == 0) continue;
      auto& turns = run.turns[load][place];
      for (const Turn& turn : turns)
        if (!turn.load.problem.empty()) run.problems[place] = turn.load.problem;
      turns.erase(turns.begin());
      for (std::size_t round = 0; round < turns.size(); ++round)
        run.rounds[load].ns[round][run.columns[place]] = turns[round].request_threads_ns;
    }
  }
  run.problem = run.problems.front();
}

// Says of each side whether it takes part; by trying, since a peer says itself what it lacks.
void choose_sides(const ServiceGroup& group, const Effort& effort, ServiceRun& run) {
  std::size_t column = 0;  // F's
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (effort.quick && !group[i].in_quick_runs)
      run.not_run[i] = "left out by --quick";
    else if (access(program_of(group[i]).c_str(), X_OK) != 0)
      run.not_run[i] = "its service was not built: " + group[i].needs;
    else
      run.not_run[i] = RunningService(group[i]).problem();
    if (run.not_run[i].empty()) run.columns[i] = ++column;
  }
  if (run.columns.front() == 0) run.load_not_run.fill(run.not_run.front());
}

ServiceRun measure(std::size_t group_index, const Effort& effort) {
  const ServiceGroup& group = service_groups()[group_index];
  ServiceRun run;
  if (!has_two_cores()) {
    run.problem = "The service's load needs a core of its own; this process may use only one.";
    return run;
  }
  run.problems.resize(group.size());
  run.not_run.resize(group.size());
  run.columns.resize(group.size());
  for (auto& turns : run.turns) turns.resize(group.size());
  if (effort.quick)
    run.load_not_run[kWrk] = "left out by --quick";
  else if (!has_program("wrk"))
    run.load_not_run[kWrk] = "wrk is not installed";
  choose_sides(group, effort, run);
  if (run.columns.front() == 0) return run;
  if (group_index == kOurs) run.span_ns = measure_span_ns();
  const PacedLoad paced{.seconds = effort.quick ? 0.15 : 0.25};
  std::vector<Side> sides = {{"F", [] { return ns_flat_out(read_tick_pairs); }}};
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (run.columns[i] == 0) continue;
    sides.push_back(
        {group[i].name, [&group, &run, &paced, i] { return take_turn(group[i], run, i, paced); }});
  }
  run.rounds[kPaced] = measure_rounds(sides, pairs(effort.pairs));
  put_in_rounds(run);
  return run;
}

}  // namespace

const ServiceRun& service_run(std::size_t group, const Effort& effort) {
  static std::map<std::size_t, ServiceRun> runs;
  const auto found = runs.find(group);
  return found != runs.end() ? found->second
                             : runs.emplace(group, measure(group, effort)).first->second;
}

}  // namespace nanospan::bench
