// The seam between the service and what records its spans. A variant is one header, named by the
// macro NANOSPAN_BENCH_VARIANT, that defines
//
//   NANOSPAN_BENCH_IN_SPAN("name", work);   a span around work()
//   class Instrument {             its consumer, which lives as long as the service
//    public:
//     Instrument(const std::string& directory, unsigned cpu);   writes there, runs on that core
//     const std::string& problem() const;                       "": it runs
//     void prepare_thread();                                    in each request thread, once
//     Delivery delivery(std::uint64_t recorded);                since the start, all flushed;
//   };                                                          `recorded`: spans by then
//
// in namespace nanospan::bench. Variants are compiled apart, each into a program of its own: what
// one costs is not seen by the others.
// Threads: spans and prepare_thread() from the request threads, the rest from any one.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace nanospan::bench {

inline constexpr double kUnknownSpans = std::numeric_limits<double>::quiet_NaN();

// In spans.
struct Delivery {
  double exported = 0, lost = 0;
};

}  // namespace nanospan::bench

#include NANOSPAN_BENCH_VARIANT
