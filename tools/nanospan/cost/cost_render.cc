#include "cost/cost_render.h"

#include <cmath>
#include <cstdio>

#include "bench/harness/machine.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLabel = 26, kCell = 9;

struct RowNames {
  const char* label;
  const char* key;
};
constexpr RowNames kRows[kCostRows] = {
    {"a span", "span"},
    {"an attribute adds", "attribute"},
    {"an event adds", "event"},
    {"a span switched off", "switched_off"},
};

std::string format(const char* pattern, double value) {
  char text[32];
  std::snprintf(text, sizeof(text), pattern, value);
  return text;
}
std::string ns_text(double ns) {
  return format(ns < 100 ? "%.1f" : "%.0f", ns);
}

std::string median_text(const CostFigure& figure) {
  return figure.has_median() ? ns_text(figure.median_ns)
                             : "< " + ns_text(std::max(0.1, figure.high_ns));
}
std::string p99_text(const CostFigure& figure) {
  return figure.has_p99() ? ns_text(figure.p99_ns) : "< " + ns_text(figure.p99_step_ns);
}

std::string cells(const CostFigure& figure, const CostFigure& floor) {
  const std::string over =
      figure.has_median() ? format("%.2f", figure.median_ns / floor.median_ns) : "";
  return pad_left(median_text(figure), kCell) + pad_left(over, kCell) +
         pad_left(p99_text(figure), kCell);
}

std::string heading(const CostReport& report, const Screen& screen) {
  const bench::MachineFacts machine = bench::machine_facts();
  const TickFacts& ticks = report.ticks;
  return paint(screen, Color::kBold, "Cost of instrumentation here") + "\n  machine  " +
         printable(machine.cpu) + ", " + format_plural(machine.cores, "core") + ", " +
         printable(machine.kernel) + "\n  ticks    " + ticks.source + " at " +
         format("%.2f GHz", ticks.per_second / 1e9) + "; a read takes " + ns_text(ticks.read_ns) +
         " ns, a step is " + ns_text(ticks.step_ns) + " ns\n\n";
}

std::string column_heads(const CostReport& report, const Screen& screen) {
  std::string places = pad_right("ns", kLabel), columns = pad_right("", kLabel);
  for (const CostPlace& place : report.places) {
    places += pad_left("in " + place.name, 3 * kCell);
    columns += pad_left("median", kCell) + pad_left("x floor", kCell) + pad_left("p99", kCell);
  }
  return paint(screen, Color::kDim, places) + "\n" + paint(screen, Color::kDim, columns) + "\n";
}

// What the numbers are, and what they can't say. 80 columns.
std::string remarks(const CostReport& report) {
  const std::string step = ns_text(report.ticks.step_ns);
  const std::string quarter = ns_text(report.ticks.step_ns / CostLoops::kOfEach);
  std::string text = "\nmedian  of long loops, in " + format_plural(report.rounds, "round");
  if (report.is_disturbed)
    text += "; the machine is busy: " + format_count(report.void_rounds) + " were disturbed";
  else if (report.void_rounds != 0)
    text += "; " + format_count(report.void_rounds) + " were disturbed and do not count";
  text += "\np99     of " + format_count(report.single_operations) +
          " operations, one a microsecond, each timed alone; what timing\n"
          "        itself takes is taken off. A step of the ticks hides what is below\n"
          "        " +
          step + " ns, or " + quarter + " ns of what adds: the mean of four to a span\n";
  text += "<       this run can't tell it from nothing\n";
  text += "Nothing reads meanwhile. No span costs less than the floor, its own two ticks.\n";
  for (const CostPlace& place : report.places)
    if (place.loops == nullptr) text += "Not in " + place.name + ": " + place.problem + "\n";
  return text;
}

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json figure_json(const CostFigure& figure, const CostFigure& floor) {
  const double median_ns = std::max(0.0, figure.median_ns);
  return {{"median_ns", median_ns},
          {"median_low_ns", number(figure.low_ns)},
          {"median_high_ns", number(figure.high_ns)},
          {"median_resolved", figure.has_median()},
          {"over_floor", median_ns / floor.median_ns},
          {"p99_ns", figure.p99_ns},
          {"p99_step_ns", figure.p99_step_ns},
          {"p99_resolved", figure.has_p99()}};
}

}  // namespace

std::string render_costs(const CostReport& report, const Screen& screen) {
  std::string text = heading(report, screen) + column_heads(report, screen);
  text += pad_right("the floor: two tick reads", kLabel) + cells(report.floor, report.floor) + "\n";
  for (std::size_t row = 0; row < kCostRows; ++row) {
    text += pad_right(kRows[row].label, kLabel);
    for (const CostPlace& place : report.places)
      text += place.loops != nullptr ? cells(place.rows[row], report.floor)
                                     : pad_left("not here", 3 * kCell);
    text += "\n";
  }
  return text + remarks(report);
}

Json costs_json(const CostReport& report) {
  const bench::MachineFacts machine = bench::machine_facts();
  Json json{{"machine",
             {{"cpu", printable(machine.cpu)},
              {"cores", machine.cores},
              {"kernel", printable(machine.kernel)},
              {"compiler", machine.compiler},
              {"flags", machine.flags}}},
            {"ticks",
             {{"source", report.ticks.source},
              {"per_second", report.ticks.per_second},
              {"read_ns", report.ticks.read_ns},
              {"step_ns", report.ticks.step_ns}}},
            {"rounds", report.rounds},
            {"void_rounds", report.void_rounds},
            {"disturbed", report.is_disturbed},
            {"single_operations", report.single_operations},
            {"floor", figure_json(report.floor, report.floor)}};
  for (const CostPlace& place : report.places) {
    Json& of_place = json[place.key];
    if (place.loops == nullptr) {
      of_place = {{"problem", place.problem}};
      continue;
    }
    for (std::size_t row = 0; row < kCostRows; ++row)
      of_place[kRows[row].key] = figure_json(place.rows[row], report.floor);
  }
  return json;
}

}  // namespace nanospan::tools
