#include "service/service_figure.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <string>

namespace nanospan::bench {
namespace {

// Of a side against the uninstrumented one, turn by turn.
class Pairing {
 public:
  Pairing(const ServiceRun& run, Load load, std::size_t side)
      : rounds_(run.rounds[std::size_t(load)]),
        none_(run.turns[std::size_t(load)].front()),
        ours_(run.turns[std::size_t(load)][side]),
        none_column_(run.columns.front()),
        column_(run.columns[side]) {}

  [[nodiscard]] Figure figure() const {
    const auto more_us = [this](const auto& ns) { return (ns[column_] - ns[none_column_]) / 1e3; };
    Figure figure;
    figure.rounds = rounds_;
    figure.value = rounds_.of(more_us);
    figure.interval = interval_of_median(rounds_.values(more_us));
    figure.is_judged = !std::isnan(figure.interval.low);
    add_facts(figure);
    add_delivery(figure);
    return figure;
  }

 private:
  template <typename Value>
  void add_pair(Figure& figure, const std::string& name, Value&& value) const {
    std::vector<double> none, ours, more;
    for (std::size_t i = 0; i < ours_.size(); ++i) {
      none.push_back(value(none_[i]));
      ours.push_back(value(ours_[i]));
      more.push_back(ours.back() - none.back());
    }
    const Interval interval = interval_of_median(more);
    const Fact facts[] = {{"none_" + name, spread_of(none).median},
                          {"ours_" + name, spread_of(ours).median},
                          {"more_" + name, spread_of(more).median},
                          {"more_from_" + name, interval.low},
                          {"more_to_" + name, interval.high}};
    figure.facts.insert(figure.facts.end(), std::begin(facts), std::end(facts));
    char text[128];
    std::snprintf(text, sizeof(text), "%s%s %.4g, %+.3g [%+.3g %+.3g]",
                  figure.note.empty() ? "" : "; ", name.c_str(), spread_of(ours).median,
                  spread_of(more).median, interval.low, interval.high);
    figure.note += text;
  }

  void add_pooled(Figure& figure, const char* who, const std::vector<Turn>& turns) const {
    std::vector<double> took;
    for (const Turn& turn : turns)
      took.insert(took.end(), turn.load.took_us.begin(), turn.load.took_us.end());
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
    double exported = 0, lost = 0;
    for (const Turn& turn : ours_) {
      exported += turn.exported;
      lost += turn.lost;
    }
    figure.has_delivery = !std::isnan(exported) && !std::isnan(lost);
    if (!figure.has_delivery) {
      figure.note += "; exported and lost unknown";
      return;
    }
    figure.exported = static_cast<std::uint64_t>(exported);
    figure.lost = static_cast<std::uint64_t>(lost);
  }

  void add_facts(Figure& figure) const {
    add_pair(figure, "other_cpu_us", [](const Turn& t) { return t.other_threads_ns / 1e3; });
    add_pair(figure, "answers_per_s", [](const Turn& t) { return t.load.per_second; });
    add_pair(figure, "p50_us", [](const Turn& t) { return t.load.p50_us; });
    add_pair(figure, "p99_us", [](const Turn& t) { return t.load.p99_us; });
    add_pair(figure, "p999_us", [](const Turn& t) { return t.load.p999_us; });
    add_pooled(figure, "none_", none_);
    add_pooled(figure, "ours_", ours_);
  }

  const Rounds& rounds_;
  const std::vector<Turn>&none_, &ours_;
  const std::size_t none_column_, column_;
};

}  // namespace

Figure more_than_none(ServicePlace place, const Effort& effort) {
  const ServiceRun& run = service_run(place.group, effort);
  if (!run.problem.empty()) return problem(run.problem);
  const std::string& why_not = run.load_not_run[std::size_t(place.load)];
  if (!why_not.empty()) return not_run(why_not);
  if (!run.not_run[place.side].empty()) return not_run(run.not_run[place.side]);
  if (!run.problems[place.side].empty()) return problem(run.problems[place.side]);
  return Pairing(run, place.load, place.side).figure();
}

}  // namespace nanospan::bench
