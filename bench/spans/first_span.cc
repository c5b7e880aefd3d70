// The first span of a thread, on a lane that nobody had before; and the same after
// prepare_thread().
#include <latch>
#include <semaphore>
#include <thread>
#include <vector>

#include "harness/pace.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {
namespace {

// The threads stay alive to the end, so that each gets a lane of its own, with a ring to populate.
Figure time_first_spans(bool prepared, const Effort& effort) {
  Session session(Drained::kYes);
  if (!session.problem().empty()) return problem(session.problem());
  record_spans(1);  // the callsite is known: its registration is no thread's cost
  session.begin_counting();
  Figure figure;
  figure.samples.resize(effort.threads);
  std::latch all_done(1);
  std::counting_semaphore<> measured(0);
  std::vector<std::thread> threads;
  for (double& us : figure.samples) {
    threads.emplace_back([&us, &measured, &all_done, prepared] {
      if (prepared) prepare_thread();
      us = ns_flat_out(record_spans, 1) / 1e3;
      measured.release();
      all_done.wait();
    });
    measured.acquire();
  }
  session.finish_counting(figure);
  all_done.count_down();
  for (std::thread& thread : threads) thread.join();
  figure.value = spread_of(figure.samples);
  figure.note = std::to_string(effort.threads) + " threads, all alive";
  return figure;
}

}  // namespace

Figure measure_first_span(const Effort& effort) {
  return time_first_spans(false, effort);
}

Figure measure_prepared_span(const Effort& effort) {
  return time_first_spans(true, effort);
}

}  // namespace nanospan::bench
