// Two threads on two cores: what a second recording thread costs the first, drain off.
#include <atomic>
#include <thread>

#include "comparison.h"
#include "machine.h"
#include "pace.h"
#include "rulers.h"
#include "session.h"
#include "span_loops.h"

namespace nanospan::bench {
namespace {

constexpr std::size_t kOperations = 5 * kChunk;

// A thread on the other core that runs a loop when told, in step with the caller.
class Partner {
 public:
  Partner() : thread_([this] { serve(); }) {}
  Partner(const Partner&) = delete;
  Partner& operator=(const Partner&) = delete;
  ~Partner() {
    start(nullptr);
    thread_.join();
  }

  // ns per operation of each of the two, the mean.
  double run_both(Loop loop) {
    start(loop);
    const double here = run_in_step(loop);
    done_.wait(false, std::memory_order_acquire);
    done_.store(false, std::memory_order_relaxed);
    return (here + theirs_) / 2;
  }

 private:
  void start(Loop loop) {
    loop_ = loop;
    ready_.store(0, std::memory_order_relaxed);
    turn_.fetch_add(1, std::memory_order_release);
    turn_.notify_one();
  }

  // Both are awake on their cores before either begins, and neither leaves while the other
  // measures.
  double run_in_step(Loop loop) {
    meet(2);
    const double ns = ns_flat_out(loop, kOperations);
    meet(4);
    return ns;
  }
  void meet(unsigned arrivals) {
    ready_.fetch_add(1, std::memory_order_acq_rel);
    while (ready_.load(std::memory_order_acquire) < arrivals) {
    }
  }

  void serve() {
    pin_this_thread(drain_cpu());
    prepare_thread();
    for (unsigned seen = 0;; ++seen) {
      turn_.wait(seen, std::memory_order_acquire);
      if (loop_ == nullptr) return;
      theirs_ = run_in_step(loop_);
      done_.store(true, std::memory_order_release);
      done_.notify_one();
    }
  }

  std::atomic<unsigned> turn_{0}, ready_{0};  // stored by both; pairs as written above
  std::atomic<bool> done_{false};
  Loop loop_ = nullptr;  // written before turn_, read after it
  double theirs_ = 0;    // written before done_, read after it
  std::thread thread_;
};

}  // namespace

Figure measure_two_threads(const Effort& effort) {
  if (!has_two_cores()) return problem("Two threads need two cores.");
  const Session session(Drained::kNo);
  if (!session.problem().empty()) return problem(session.problem());
  Partner partner;
  const auto alone = [](const char* name, Loop loop) {
    return Side{name, [loop] { return ns_flat_out(loop, kOperations); }};
  };
  const auto both = [&partner](const char* name, Loop loop) {
    return Side{name, [&partner, loop] { return partner.run_both(loop); }};
  };
  Figure figure;
  figure.rounds = measure_rounds(
      {alone("F", read_tick_pairs), alone("ours", record_spans),
       both("F, two threads", read_tick_pairs), both("ours, two threads", record_spans)},
      effort.rounds);
  figure.value = figure.rounds.of([](const auto& ns) { return (ns[3] / ns[1]) / (ns[2] / ns[0]); });
  return figure;
}

}  // namespace nanospan::bench
