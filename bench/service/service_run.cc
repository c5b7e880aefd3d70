#include "service/service_run.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "machine.h"
#include "pace.h"
#include "program_folder.h"
#include "rulers.h"
#include "service/child_process.h"
#include "service/http_client.h"
#include "session.h"
#include "span_loops.h"

namespace nanospan::bench {
namespace {

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
        port_(std::atoi(process_.read_line().c_str())) {}
  RunningService(const RunningService&) = delete;
  RunningService& operator=(const RunningService&) = delete;
  ~RunningService() {
    process_.finish();
    unlink((directory_ + "/spans.jsonl").c_str());
    rmdir(directory_.c_str());
  }
  [[nodiscard]] int port() const { return port_; }

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

// The turns of one side, in the order in which they are measured.
struct Recorded {
  std::vector<Turn> of_load[kLoads];
};

double take_turn(const ServiceSide& side, const ServiceRun& run, Recorded& recorded,
                 const PacedLoad& paced) {
  const RunningService service(side);
  const std::string path = "/tasks/" + std::to_string(side.spans);
  const PacedLoad warm_up{.seconds = 0.1};
  (void)run_paced(service.port(), path, warm_up);
  recorded.of_load[kPaced].push_back(
      measure_turn(service, [&] { return run_paced(service.port(), path, paced); }));
  if (run.not_run[kWrk].empty())
    recorded.of_load[kWrk].push_back(
        measure_turn(service, [&] { return run_wrk(service.port(), path, 1); }));
  return recorded.of_load[kPaced].back().request_threads_ns;
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
void put_in_rounds(ServiceRun& run, std::vector<Recorded>& recorded) {
  run.rounds[kWrk] = run.rounds[kPaced];
  for (std::size_t load = 0; load < kLoads; ++load) {
    if (!run.not_run[load].empty()) continue;
    for (std::size_t side = 0; side < recorded.size(); ++side) {
      auto& turns = recorded[side].of_load[load];
      for (const Turn& turn : turns)
        if (!turn.load.problem.empty()) run.problem = turn.load.problem;
      turns.erase(turns.begin());
      for (std::size_t round = 0; round < turns.size(); ++round)
        run.rounds[load].ns[round][side + 1] = turns[round].request_threads_ns;
      run.turns[load].push_back(std::move(turns));
    }
  }
}

ServiceRun measure(const Effort& effort) {
  ServiceRun run;
  if (!has_two_cores()) {
    run.problem = "The service's load needs a core of its own; this process may use only one.";
    return run;
  }
  if (effort.quick)
    run.not_run[kWrk] = "left out by --quick";
  else if (!has_program("wrk"))
    run.not_run[kWrk] = "wrk is not installed";
  const auto& all = service_sides();
  for (std::size_t i = 0; i < all.size(); ++i)
    if ((all[i].in_quick_runs || !effort.quick) && access(program_of(all[i]).c_str(), X_OK) == 0)
      run.sides.push_back(i);
  if (run.sides.empty() || run.sides.front() != 0) {
    run.not_run.fill("the service was not built, for want of cpp-httplib");
    return run;
  }
  run.span_ns = measure_span_ns();
  const PacedLoad paced{.seconds = effort.quick ? 0.2 : 0.5};
  std::vector<Recorded> recorded(run.sides.size());
  std::vector<Side> sides = {{"F", [] { return ns_flat_out(read_tick_pairs); }}};
  for (std::size_t i = 0; i < run.sides.size(); ++i) {
    const ServiceSide& side = all[run.sides[i]];
    sides.push_back({side.name, [&side, &run, &paced, &mine = recorded[i]] {
                       return take_turn(side, run, mine, paced);
                     }});
  }
  run.rounds[kPaced] = measure_rounds(sides, pairs(effort.pairs));
  put_in_rounds(run, recorded);
  return run;
}

}  // namespace

const std::vector<ServiceSide>& service_sides() {
  static const std::vector<ServiceSide> sides = {
      {"none", "none", 0, true},           {"none, again", "none", 0, false},
      {"0 spans", "nanospan", 0, false},   {"1 span", "nanospan", 1, false},
      {"10 spans", "nanospan", 10, false}, {"20 spans", "nanospan", 20, true},
      {"50 spans", "nanospan", 50, false},
  };
  return sides;
}

const ServiceRun& service_run(const Effort& effort) {
  static const ServiceRun run = measure(effort);
  return run;
}

}  // namespace nanospan::bench
