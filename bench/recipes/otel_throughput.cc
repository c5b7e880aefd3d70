// OpenTelemetry's recipe for throughput (specification/performance-benchmark.md): root spans with
// 10 attributes, each a name and a value of 20 characters, made and exported in a second.
//
// One thread makes them, the drain encodes them as OTLP on the other core: the two are one pipe.
// Found is the highest rate at which all that was made came out; then seconds at that rate are the
// repetitions that the recipe asks for.
#include <array>
#include <cstdio>
#include <iterator>
#include <string_view>

#include "nanospan/scope.h"
#include "recipes/recipe_costs.h"
#include "recording/rate_run.h"

namespace nanospan::bench {
namespace {

constexpr std::string_view kValue = "value of 20 letters!";
static_assert(kValue.size() == 20);

[[gnu::noinline]] void record_as_recipe(std::size_t spans) {
  static constinit std::array<Key, 10> keys = {
      Key{"attribute-number-000"}, Key{"attribute-number-001"}, Key{"attribute-number-002"},
      Key{"attribute-number-003"}, Key{"attribute-number-004"}, Key{"attribute-number-005"},
      Key{"attribute-number-006"}, Key{"attribute-number-007"}, Key{"attribute-number-008"},
      Key{"attribute-number-009"}};
  std::string_view value = kValue;
  asm volatile("" : "+m"(value));  // its length comes at run time, as a user's would
  for (std::size_t i = 0; i < spans; ++i) {
    NANOSPAN_SCOPE(span, "recipe");
    for (Key& key : keys) span.set_attribute(key, value);
  }
}

constexpr double kRates[] = {0.25e6, 0.5e6, 0.75e6, 1e6,   1.25e6, 1.5e6, 1.75e6, 2e6,
                             2.25e6, 2.5e6, 3e6,    3.5e6, 4e6,    4.5e6, 5e6,    6e6};

}  // namespace

Figure measure_otel_throughput(const Effort& effort) {
  Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  (void)run_at(session, record_as_recipe, 2e6, 0.5);  // the ring grows
  const unsigned repetitions = effort.quick ? 2 : 10;
  std::size_t step = climb_rates(session, record_as_recipe, kRates, effort.quick ? 0.1 : 0.5);
  Figure figure;
  for (;; --step) {
    session.begin_counting();
    figure.samples.clear();
    std::uint64_t lost = 0;
    for (unsigned i = 0; i < repetitions && lost == 0; ++i) {
      const RateRun run = run_at(session, record_as_recipe, kRates[step], effort.quick ? 0.2 : 1);
      figure.samples.push_back(run.per_second / 1e6);
      lost += run.lost;
    }
    if (lost == 0 || step == 0) break;
  }
  session.finish_counting(figure);
  figure.value = spread_of(figure.samples);
  // No interval: that of the samples is the pace's. What the ladder resolves is its next step.
  char note[96];
  if (step + 1 < std::size(kRates))
    std::snprintf(note, sizeof(note), "%zu runs in which all came out; at %.2f M/s some did not",
                  figure.samples.size(), kRates[step + 1] / 1e6);
  else
    std::snprintf(note, sizeof(note), "%zu runs in which all came out, the ladder's last step",
                  figure.samples.size());
  figure.note = figure.lost == 0 ? note : "the lowest rate of the ladder, and even that lost some";
  return figure;
}

}  // namespace nanospan::bench
