// The first use of a callsite: its definition goes into the region before its first span.
//
// Each sample is another callsite, used once; the thread has its lane. The span itself is in it.
#include <array>
#include <utility>

#include "harness/pace.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {
namespace {

constexpr std::size_t kCallsites = 128;

template <std::size_t kIndex>
void use_callsite(std::size_t) {
  NANOSPAN_SCOPE(span, "first use");
}

template <std::size_t... kIndices>
constexpr auto callsites_of(std::index_sequence<kIndices...>) {
  return std::array<Loop, sizeof...(kIndices)>{use_callsite<kIndices>...};
}

}  // namespace

Figure measure_first_callsite(const Effort&) {
  const Session session(Drained::kNo);
  if (!session.problem().empty()) return problem(session.problem());
  record_spans(1);
  Figure figure;
  for (const Loop use : callsites_of(std::make_index_sequence<kCallsites>()))
    figure.samples.push_back(ns_flat_out(use, 1) / 1e3);
  figure.value = spread_of(figure.samples);
  figure.note = std::to_string(kCallsites) + " callsites, each for the first time";
  return figure;
}

}  // namespace nanospan::bench
