// A detached span: started and ended here; and started here, ended on another thread.
//
// Across threads in two steps a round: this thread starts a batch, then the other ends it, each
// timed by itself; the value is the sum. So it holds the spans' lines going from one core to the
// other, and no handing over.
#include <semaphore>
#include <thread>
#include <vector>

#include "harness/pace.h"
#include "recording/comparison.h"
#include "recording/rulers.h"
#include "recording/session.h"
#include "recording/span_loops.h"
#include "spans/span_costs.h"

namespace nanospan::bench {
namespace {

constexpr std::size_t kBatch = 4'000;  // far from the 16,384 that may be open

// Ends what it is given, on a core of its own.
class Ender {
 public:
  Ender() : thread_([this] { run(); }) {}
  ~Ender() {
    is_over_ = true;
    given_.release();
    thread_.join();
  }
  Ender(const Ender&) = delete;
  Ender& operator=(const Ender&) = delete;

  // Leaves `spans` ended, in their place. ns per span.
  double end(std::vector<Span>& spans) {
    spans_ = &spans;
    given_.release();
    ended_.acquire();
    return ns_;
  }

 private:
  void run() {
    pin_this_thread(drain_cpu());
    prepare_thread();
    for (given_.acquire(); !is_over_; given_.acquire()) {
      ns_ = ns_flat_out(
          [this](std::size_t) {
            for (Span& span : *spans_) span.end();
          },
          spans_->size());
      ended_.release();
    }
  }

  std::vector<Span>* spans_ = nullptr;
  double ns_ = 0;
  bool is_over_ = false;
  std::binary_semaphore given_{0}, ended_{0};
  std::thread thread_;  // last: it uses the others
};

double ns_across(Ender& ender, std::vector<Span>& spans) {
  const double start_ns = ns_flat_out(
      [&](std::size_t) {
        for (Span& span : spans) span = NANOSPAN_SPAN("job", {});
      },
      spans.size());
  return start_ns + ender.end(spans);
}

}  // namespace

Figure measure_detached(const Effort& effort) {
  return compare_alone(record_detached_spans, effort);
}

Figure measure_detached_across(const Effort& effort) {
  const Session session(Drained::kNo);
  if (!session.problem().empty()) return problem(session.problem());
  if (!has_two_cores()) return problem("The other thread needs a core of its own.");
  Ender ender;
  std::vector<Span> spans(kBatch);
  Figure figure;
  figure.rounds =
      measure_rounds({{"F", [] { return ns_flat_out(read_tick_pairs); }},
                      {"here", [] { return ns_flat_out(record_detached_spans, kBatch); }},
                      {"across", [&] { return ns_across(ender, spans); }}},
                     effort.rounds);
  figure.value = figure.rounds.of([](const auto& ns) { return ns[2] / ns[0]; });
  return figure;
}

}  // namespace nanospan::bench
