#include "service/service_figure.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <numeric>
#include <string>

#include "harness/percentiles.h"

namespace nanospan::bench {
namespace {

using Value = double (*)(const Turn&);

double cpu_ns(const Turn& turn) {
  return turn.request_threads_ns;
}

enum class Of { kNone, kOurs, kDifference };

double of_turns(const TurnPair& pair, Value value, Of what) {
  const double none = value(pair.none), ours = value(pair.ours);
  return what == Of::kNone ? none : what == Of::kOurs ? ours : ours - none;
}

using Turns = std::vector<std::vector<double>>;  // of each process, its own

Turns all_turns(const std::vector<ProcessPair>& processes, Value value, Of what) {
  Turns all;
  for (const ProcessPair& pairs : processes) {
    std::vector<double>& turns = all.emplace_back();
    for (const TurnPair& pair : pairs) turns.push_back(of_turns(pair, value, what));
  }
  return all;
}

// Of each process, the mean of its turns.
std::vector<double> of_processes(const std::vector<ProcessPair>& processes, Value value, Of what) {
  std::vector<double> means;
  for (const std::vector<double>& turns : all_turns(processes, value, what))
    means.push_back(std::accumulate(turns.begin(), turns.end(), 0.0) /
                    static_cast<double>(turns.size()));
  return means;
}

// The middle of all turns of the processes that were drawn: most of what disturbs is one turn's.
double drawn_middle(const Turns& processes, const Draw& draw) {
  std::vector<double> drawn;
  for (const std::size_t i : draw)
    drawn.insert(drawn.end(), processes[i].begin(), processes[i].end());
  return mean_of_middle(std::move(drawn));
}

Draw all_of(std::size_t count) {
  Draw all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

Estimate estimate_of(const Turns& processes) {
  return estimate(all_of(processes.size()),
                  [&processes](const Draw& draw) { return drawn_middle(processes, draw); });
}

// Why the side has nothing to show; "": it has.
Figure problem_of(ServicePlace place, const Effort& effort) {
  const ServiceRun& run = service_run(place.group, effort);
  const SideRun& side = run.sides.empty() ? SideRun{} : run.sides[place.side];
  if (!run.problem.empty()) return problem(run.problem);
  const std::string& why_not = run.load_not_run[std::size_t(place.load)];
  if (!why_not.empty()) return not_run(why_not);
  if (!side.not_run.empty()) return not_run(side.not_run);
  const auto& pairs = side.pairs[std::size_t(place.load)];
  const bool has_any = std::any_of(pairs.begin(), pairs.end(),
                                   [](const ProcessPair& pair) { return !pair.empty(); });
  return has_any ? Figure{} : problem(side.problem);
}

// Of a side against the uninstrumented one.
class Comparison {
 public:
  // Needs problem_of() to be none.
  Comparison(ServicePlace place, const Effort& effort)
      : run_(service_run(place.group, effort)), side_(run_.sides[place.side]) {
    const auto& all = side_.pairs[std::size_t(place.load)];
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].empty()) continue;
      pairs_.push_back(all[i]);
      places_.push_back(i);
    }
  }

  [[nodiscard]] Turns more_us() const {
    return all_turns(
        pairs_, [](const Turn& turn) { return cpu_ns(turn) / 1e3; }, Of::kDifference);
  }
  // A span's cost, as many as more_us() has.
  [[nodiscard]] Turns span_ns() const {
    Turns ns;
    for (const std::size_t i : places_) ns.push_back({run_.span_ns[i]});
    return ns;
  }

  [[nodiscard]] Figure figure(const Estimate& estimate) const {
    Figure figure;
    figure.value = estimate.value;
    figure.interval = estimate.interval;
    figure.is_judged = !std::isnan(estimate.interval.low);
    figure.rounds = rounds();
    add_facts(figure);
    add_delivery(figure);
    figure.series.push_back(turns());
    figure.facts.push_back({"turns_retried", static_cast<double>(side_.retried)});
    if (side_.retried != 0)
      figure.note += "; turns that failed and were taken again: " + std::to_string(side_.retried);
    return figure;
  }

 private:
  [[nodiscard]] Rounds rounds() const {
    Rounds rounds;
    rounds.sides = {"F", "none", "ours"};
    const auto none = of_processes(pairs_, cpu_ns, Of::kNone);
    const auto ours = of_processes(pairs_, cpu_ns, Of::kOurs);
    for (std::size_t i = 0; i < pairs_.size(); ++i)
      rounds.ns.push_back({run_.floor_ns[places_[i]], none[i], ours[i]});
    rounds.is_void.assign(pairs_.size(), false);
    rounds.valid_min = (run_.floor_ns.size() + 1) / 2;
    return rounds;
  }

  [[nodiscard]] Series turns() const {
    Series series{"turns, CPU of the request threads", {"process", "none_ns", "ours_ns"}, {}};
    for (std::size_t i = 0; i < pairs_.size(); ++i)
      for (const TurnPair& pair : pairs_[i])
        series.points.push_back(
            {static_cast<double>(places_[i]), cpu_ns(pair.none), cpu_ns(pair.ours)});
    return series;
  }

  void add_pair(Figure& figure, const std::string& name, Value value) const {
    const double none = spread_of(of_processes(pairs_, value, Of::kNone)).median;
    const double ours = spread_of(of_processes(pairs_, value, Of::kOurs)).median;
    const Estimate more = estimate_of(all_turns(pairs_, value, Of::kDifference));
    const Fact facts[] = {{"none_" + name, none},
                          {"ours_" + name, ours},
                          {"more_" + name, more.value.median},
                          {"more_from_" + name, more.interval.low},
                          {"more_to_" + name, more.interval.high}};
    figure.facts.insert(figure.facts.end(), std::begin(facts), std::end(facts));
    char text[128], interval[48] = "";
    if (!std::isnan(more.interval.low))
      std::snprintf(interval, sizeof(interval), " [%+.3g %+.3g]", more.interval.low,
                    more.interval.high);
    std::snprintf(text, sizeof(text), "%s%s %.4g, %+.3g%s", figure.note.empty() ? "" : "; ",
                  name.c_str(), ours, more.value.median, interval);
    figure.note += text;
  }

  void add_pooled(Figure& figure, const char* who, Turn TurnPair::*turn) const {
    std::vector<double> took;
    for (const ProcessPair& pairs : pairs_)
      for (const TurnPair& pair : pairs) {
        const auto& more = (pair.*turn).load.took_us;
        took.insert(took.end(), more.begin(), more.end());
      }
    if (took.empty()) return;
    std::sort(took.begin(), took.end());
    const struct {
      const char* name;
      double part;
    } kParts[] = {{"pooled_p50_us", 0.5}, {"pooled_p99_us", 0.99}, {"pooled_p999_us", 0.999}};
    for (const auto& [name, part] : kParts)
      figure.facts.push_back(
          {std::string(who) + name,
           took[static_cast<std::size_t>(part * static_cast<double>(took.size() - 1))]});
  }

  void add_delivery(Figure& figure) const {
    ServiceDelivery all;
    for (const ProcessPair& pairs : pairs_)
      for (const TurnPair& pair : pairs) all += pair.ours.delivery;
    figure.has_delivery = all.is_known();
    if (!figure.has_delivery) {
      figure.note += "; exported and lost unknown";
      return;
    }
    figure.exported = all.exported_spans();
    figure.lost = all.lost_spans();
  }

  void add_facts(Figure& figure) const {
    add_pair(figure, "other_cpu_us", [](const Turn& t) { return t.other_threads_ns / 1e3; });
    add_pair(figure, "answers_per_s", [](const Turn& t) { return t.load.per_second; });
    add_pair(figure, "p50_us", [](const Turn& t) { return t.load.p50_us; });
    add_pair(figure, "p99_us", [](const Turn& t) { return t.load.p99_us; });
    add_pair(figure, "p999_us", [](const Turn& t) { return t.load.p999_us; });
    add_pooled(figure, "none_", &TurnPair::none);
    add_pooled(figure, "ours_", &TurnPair::ours);
  }

  const ServiceRun& run_;
  const SideRun& side_;
  std::vector<ProcessPair> pairs_;   // those that have any
  std::vector<std::size_t> places_;  // of these
};

}  // namespace

Figure more_than_none(ServicePlace place, const Effort& effort) {
  if (Figure none = problem_of(place, effort); !none.problem.empty()) return none;
  const Comparison comparison(place, effort);
  return comparison.figure(estimate_of(comparison.more_us()));
}

Figure over_spans(ServicePlace place, unsigned spans, const Effort& effort) {
  if (Figure none = problem_of(place, effort); !none.problem.empty()) return none;
  const Comparison comparison(place, effort);
  const Turns more_us = comparison.more_us(), span_ns = comparison.span_ns();
  const Estimate over = estimate(all_of(more_us.size()), [&](const Draw& draw) {
    return drawn_middle(more_us, draw) * 1e3 / (spans * drawn_middle(span_ns, draw));
  });
  Figure figure = comparison.figure(over);
  const Estimate span = estimate_of(span_ns);
  char note[80];
  std::snprintf(note, sizeof(note), "a span flat out, drained: %.1f ns [%.1f %.1f]",
                span.value.median, span.interval.low, span.interval.high);
  figure.note = note;
  figure.facts.push_back({"span_ns", span.value.median});
  return figure;
}

Figure more_than_side(ServicePlace place, std::size_t other, const Effort& effort) {
  const ServicePlace other_place{place.group, other, place.load};
  if (Figure none = problem_of(place, effort); !none.problem.empty()) return none;
  if (Figure none = problem_of(other_place, effort); !none.problem.empty()) return none;
  const Comparison ours(place, effort), others(other_place, effort);
  const Turns us = ours.more_us(), others_us = others.more_us();
  // Drawn together: a place is a process of both.
  if (us.size() != others_us.size()) return problem("turns of one of the two failed");
  const Estimate more = estimate(all_of(us.size()), [&](const Draw& draw) {
    return drawn_middle(us, draw) - drawn_middle(others_us, draw);
  });
  Figure figure;
  figure.value = more.value;
  figure.interval = more.interval;
  return figure;
}

}  // namespace nanospan::bench
