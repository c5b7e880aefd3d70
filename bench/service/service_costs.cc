#include "service/service_costs.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string_view>

#include "service/service_run.h"

namespace nanospan::bench {
namespace {

// Of a side against the uninstrumented one, turn by turn.
class Pairing {
 public:
  Pairing(const ServiceRun& run, Load load, std::size_t side)
      : rounds_(run.rounds[std::size_t(load)]),
        none_(run.turns[std::size_t(load)].front()),
        ours_(run.turns[std::size_t(load)][side]),
        column_(side + 1) {}

  [[nodiscard]] Figure figure() const {
    const auto more_us = [this](const auto& ns) { return (ns[column_] - ns[1]) / 1e3; };
    Figure figure;
    figure.rounds = rounds_;
    figure.value = rounds_.of(more_us);
    figure.interval = interval_of_median(rounds_.values(more_us));
    add_facts(figure);
    figure.has_delivery = true;
    for (const Turn& turn : ours_) {
      figure.exported += static_cast<std::uint64_t>(turn.exported);
      figure.lost += static_cast<std::uint64_t>(turn.lost);
    }
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
  const std::size_t column_;
};

std::optional<std::size_t> index_of(const ServiceRun& run, std::string_view side) {
  for (std::size_t i = 0; i < run.sides.size(); ++i)
    if (service_sides()[run.sides[i]].name == side) return i;
  return std::nullopt;
}

// µs of CPU of the request threads a request, with what the user sees of it in the facts.
Figure more_than_none(Load load, std::string_view side, const Effort& effort) {
  const ServiceRun& run = service_run(effort);
  if (!run.problem.empty()) return problem(run.problem);
  const std::string& why_not = run.not_run[std::size_t(load)];
  if (!why_not.empty()) return not_run(why_not);
  const auto index = index_of(run, side);
  if (!index) return not_run(effort.quick ? "left out by --quick" : "its service was not built");
  return Pairing(run, load, *index).figure();
}

constexpr char kNoneAgain[] = "none, again", k0Spans[] = "0 spans", k1Span[] = "1 span";
constexpr char k10Spans[] = "10 spans", k20Spans[] = "20 spans", k50Spans[] = "50 spans";

template <Load load, const char* side>
Figure measure(const Effort& effort) {
  return more_than_none(load, side, effort);
}

// The same over so many times a span's cost, measured as span/drained_nested is.
template <Load load>
Figure measure_over_20_spans(const Effort& effort) {
  Figure figure = more_than_none(load, k20Spans, effort);
  if (!figure.problem.empty()) return figure;
  const double span_ns = service_run(effort).span_ns;
  for (double* us : {&figure.value.median, &figure.value.lower, &figure.value.upper,
                     &figure.interval.low, &figure.interval.high})
    *us /= 20 * span_ns / 1e3;
  char note[64];
  std::snprintf(note, sizeof(note), "a span flat out, drained: %.1f ns", span_ns);
  figure.note = note;
  figure.facts = {{"span_ns", span_ns}};
  return figure;
}

constexpr bool kLess = false, kAny = false;

constexpr Cost row(const char* name, const char* what, double bar,
                   Figure (*measure)(const Effort&)) {
  return {name, what, "us", bar, kNoAim, kLess, kAny, measure};
}

constexpr Cost kRows[] = {
    row("service/paced/same_again", "CPU a request, 5,000 a second: none less none", kNoBar,
        measure<Load::kPaced, kNoneAgain>),
    row("service/paced/0_spans", "the same: recorder started, no span", kNoBar,
        measure<Load::kPaced, k0Spans>),
    row("service/paced/1_span", "the same: one span a request", kNoBar,
        measure<Load::kPaced, k1Span>),
    row("service/paced/10_spans", "the same: 10 spans a request", kNoBar,
        measure<Load::kPaced, k10Spans>),
    row("service/paced/20_spans", "the same: 20 spans a request", 3,
        measure<Load::kPaced, k20Spans>),
    {"service/paced/over_20_spans", "the same over 20 spans flat out", "x", 1.2, kNoAim, kLess,
     kAny, measure_over_20_spans<Load::kPaced>},
    row("service/paced/50_spans", "the same: 50 spans a request", kNoBar,
        measure<Load::kPaced, k50Spans>),
    row("service/wrk/same_again", "CPU a request at saturation: none less none", kNoBar,
        measure<Load::kWrk, kNoneAgain>),
    row("service/wrk/0_spans", "the same: recorder started, no span", kNoBar,
        measure<Load::kWrk, k0Spans>),
    row("service/wrk/1_span", "the same: one span a request", kNoBar, measure<Load::kWrk, k1Span>),
    row("service/wrk/10_spans", "the same: 10 spans a request", kNoBar,
        measure<Load::kWrk, k10Spans>),
    row("service/wrk/20_spans", "the same: 20 spans a request", 3, measure<Load::kWrk, k20Spans>),
    {"service/wrk/over_20_spans", "the same over 20 spans flat out", "x", 1.2, kNoAim, kLess, kAny,
     measure_over_20_spans<Load::kWrk>},
    row("service/wrk/50_spans", "the same: 50 spans a request", kNoBar,
        measure<Load::kWrk, k50Spans>),
};

}  // namespace

std::span<const Cost> service_rows() {
  return kRows;
}

}  // namespace nanospan::bench
