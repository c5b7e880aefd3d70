#include "service/service_run.h"

#include <cmath>
#include <map>
#include <memory>
#include <optional>

#include "harness/clock.h"
#include "harness/machine.h"
#include "harness/pace.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "service/service_process.h"
#include "service/turn_order.h"

namespace nanospan::bench {
namespace {

constexpr Load kBothLoads[] = {Load::kPaced, Load::kWrk};
constexpr unsigned kTriesOfTurn = 3;

// A process of each side, those that share one by its name; all but the one whose turn it is stand
// still.
class Processes {
 public:
  Processes(const ServiceGroup& group, const std::vector<std::size_t>& sides) : group_(group) {
    for (const std::size_t side : sides) {
      auto& process = by_name_[group[side].process].service;
      if (process) continue;
      process = std::make_unique<ServiceProcess>(group[side].variant);
      process->pause();
    }
  }

  // Thrown away: what a process does for the first time.
  void warm_up(const std::vector<std::size_t>& sides) {
    for (const std::size_t side : sides) (void)take_turn(side, Load::kPaced);
  }

  Turn take_turn(std::size_t side, Load load) {
    Process& process = by_name_[group_[side].process];
    ServiceProcess& service = *process.service;
    Turn turn;
    turn.load.problem = service.problem();
    if (!turn.load.problem.empty()) return turn;
    service.resume();
    std::optional<ServiceCounts> before, after;
    const std::string path = "/tasks/" + std::to_string(group_[side].spans);
    double begin_ns = 0, end_ns = 0;
    const Window window{.seconds = load == Load::kPaced ? 0.035 : 0.06,
                        .begins =
                            [&] {
                              before = service.counts();
                              begin_ns = monotonic_ns();
                            },
                        .ends =
                            [&] {
                              end_ns = monotonic_ns();
                              after = service.counts();
                            }};
    turn.load = load == Load::kPaced ? run_paced(service.port(), path, window)
                                     : run_wrk(service.port(), path, window);
    const std::optional<ServiceDelivery> delivered = service.flush();
    service.pause();
    if (!turn.load.problem.empty()) return turn;
    const double requests = before && after ? after->requests - before->requests : 0;
    if (requests <= 0 || !delivered) {
      turn.load.problem = "the service counted no request";
      return turn;
    }
    turn.request_threads_ns = (after->request_threads_ns - before->request_threads_ns) / requests;
    turn.other_threads_ns =
        (after->process_ns - before->process_ns) / requests - turn.request_threads_ns;
    turn.load.per_second = requests / (end_ns - begin_ns) * 1e9;
    turn.delivery = *delivered - process.delivered;
    process.delivered = *delivered;
    return turn;
  }

 private:
  struct Process {
    std::unique_ptr<ServiceProcess> service;
    ServiceDelivery delivered;  // by the turns before
  };
  const ServiceGroup& group_;
  std::map<std::string, Process> by_name_;
};

// nothing: it failed each time.
std::optional<Turn> take_turn_patiently(Processes& processes, std::size_t side, Load load,
                                        SideRun& run) {
  for (unsigned tried = 0; tried < kTriesOfTurn; ++tried) {
    Turn turn = processes.take_turn(side, load);
    if (turn.load.problem.empty()) return turn;
    run.problem = turn.load.problem;
    ++run.retried;
  }
  return std::nullopt;
}

void take_turns(Processes& processes, const std::vector<std::size_t>& order, Load load,
                ServiceRun& run) {
  std::vector<std::optional<Turn>> turns;
  for (const std::size_t side : order)
    turns.push_back(take_turn_patiently(processes, side, load, run.sides[side]));
  std::map<std::size_t, ProcessPair> pairs;
  for (std::size_t place = 0; place < order.size(); ++place) {
    if (order[place] == 0) continue;
    const std::optional<Turn>& none = turns[neighbour_of(order, place)];
    ProcessPair& of_side = pairs[order[place]];
    if (none && turns[place]) of_side.push_back({*none, *turns[place]});
  }
  for (auto& [side, of_side] : pairs)
    run.sides[side].pairs[std::size_t(load)].push_back(std::move(of_side));
}

std::vector<double> measure_span_ns(unsigned times) {
  std::vector<double> ns;
  Session session(Drained::kYes);
  if (session.problem().empty()) session.settle_ring(Pace{}.per_second);
  for (unsigned i = 0; i < times; ++i)
    ns.push_back(session.problem().empty() ? ns_in_bursts(record_nested_spans, Pace{})
                                           : std::nan(""));
  return ns;
}

// Those that take part; by trying, since a peer says itself what it lacks.
std::vector<std::size_t> choose_sides(const ServiceGroup& group, ServiceRun& run) {
  std::vector<std::size_t> chosen;
  std::map<std::string, std::string> lacks;
  for (std::size_t i = 0; i < group.size(); ++i) {
    const std::string& variant = group[i].variant;
    std::string& why_not = run.sides[i].not_run;
    if (!has_service(variant))
      why_not = "its service was not built: " + group[i].needs;
    else if (const auto known = lacks.find(variant); known != lacks.end())
      why_not = known->second;
    else
      why_not = lacks[variant] = ServiceProcess(variant).problem();
    if (why_not.empty()) chosen.push_back(i);
  }
  return chosen;
}

// Quick: a turn of each, forwards alone.
std::vector<std::size_t> order_of(const ServiceGroup& group, const std::vector<std::size_t>& chosen,
                                  bool quick) {
  constexpr unsigned kTurnsMax = 3;
  std::vector<std::size_t> turns;
  for (unsigned pass = 0; pass < (quick ? 1 : kTurnsMax); ++pass)
    for (const std::size_t side : chosen)
      if (side != 0 && group[side].turns > pass) turns.push_back(side);
  std::vector<std::size_t> order = turn_order(turns);
  if (quick) order.resize(order.size() / 2 + 1);
  return order;
}

ServiceRun measure(std::size_t group_index, const Effort& effort) {
  const ServiceGroup& group = service_groups()[group_index];
  ServiceRun run;
  run.sides.resize(group.size());
  if (!has_two_cores()) {
    run.problem = "The service's load needs a core of its own; this process may use only one.";
    return run;
  }
  if (effort.quick && group_index != kOurs) {
    for (SideRun& side : run.sides) side.not_run = "left out by --quick";
    return run;
  }
  if (!has_program("wrk")) run.load_not_run[std::size_t(Load::kWrk)] = "wrk is not installed";
  const std::vector<std::size_t> chosen = choose_sides(group, run);
  if (chosen.empty() || chosen.front() != 0) {
    run.load_not_run.fill(run.sides.front().not_run);
    return run;
  }
  if (group_index == kOurs) run.span_ns = measure_span_ns(effort.pairs);
  const std::vector<std::size_t> order = order_of(group, chosen, effort.quick);
  for (unsigned done = 0; done < effort.pairs; report_round(++done, effort.pairs)) {
    run.floor_ns.push_back(ns_flat_out(read_tick_pairs));
    Processes processes(group, chosen);
    processes.warm_up(chosen);
    for (const Load load : kBothLoads)
      if (run.load_not_run[std::size_t(load)].empty()) take_turns(processes, order, load, run);
  }
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
