// A handler that records on the thread it interrupts.
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <ctime>
#include <utility>

#include "stress/numbered.h"

namespace nanospan {
namespace {

using test::NumberedRecording;

std::atomic<std::int64_t> handled{0};  // by the one thread that is signalled

constexpr std::int64_t kHandlerWriter = 1;

void record_in_handler(int) {
  const int saved_errno = errno;
  const std::int64_t number = handled.fetch_add(1, std::memory_order_relaxed);
  test::record_numbered(kHandlerWriter, number);
  errno = saved_errno;
}

class Handler {
 public:
  explicit Handler(void (*function)(int)) {
    struct sigaction action {};
    action.sa_handler = function;
    sigaction(SIGUSR1, &action, &before_);
  }
  ~Handler() { sigaction(SIGUSR1, &before_, nullptr); }

 private:
  struct sigaction before_ {};
};

// A timer that signals this thread, and no other, 20 µs after it was armed. Armed anew by whom it
// interrupts: where a handler takes longer than that, a periodic one would leave no time to anybody
// else.
class Storm {
 public:
  Storm() {
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = SIGUSR1;
    event._sigev_un._tid = gettid();
    if (timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0) std::abort();
    arm();
  }
  void arm() {
    const itimerspec once{{0, 0}, {0, 20'000}};
    timer_settime(timer_, 0, &once, nullptr);
  }
  ~Storm() {
    timer_delete(timer_);
    // A signal on its way still is taken before this returns.
    for (int i = 0; i < 10; ++i) sched_yield();
  }

 private:
  timer_t timer_{};
};

// `body(n)` for n = 1, 2, … until it was called often and interrupted often. Returns the last n.
template <typename F>
std::int64_t under_storm(const F& body) {
  const std::int64_t handlers_min = 2'000 * test::stress_factor(10, 100);
  const std::int64_t rounds_min = 10 * handlers_min;
  // Before the storm begins: its first signal may come before anything else is done.
  std::int64_t round = 0, handled_before = handled.load(std::memory_order_relaxed);
  Storm storm;
  while (round < rounds_min || handled_before < handlers_min) {
    body(++round);
    const std::int64_t handled_now = handled.load(std::memory_order_relaxed);
    if (std::exchange(handled_before, handled_now) != handled_now) storm.arm();
  }
  return round;
}

// `function` records one span each time, `body` `spans` of them: all arrive but what it interrupts.
template <typename F>
void expect_only_busy_lost(void (*function)(int), std::int64_t spans, const F& body) {
  handled.store(0);
  NumberedRecording numbered;
  const Handler handler(function);
  prepare_thread();
  const std::int64_t rounds = under_storm(body);
  const std::int64_t handlers = handled.load();
  const Accounting sum =
      numbered.expect_all_accounted_for(static_cast<std::uint64_t>(spans * rounds + handlers));
  EXPECT_EQ(sum.lost(), sum.lost_busy);
  EXPECT_LE(sum.lost_busy, static_cast<std::uint64_t>(handlers));
  EXPECT_FALSE(current_context().has_span());
}

TEST(SignalStorm, TearsNothingAndCountsWhatItDrops) {
  expect_only_busy_lost(record_in_handler, 1, [](std::int64_t n) { test::record_numbered(0, n); });
}

TEST(SignalStorm, HitsNestedSpansAndAnnotationsToo) {
  expect_only_busy_lost(record_in_handler, 4, [](std::int64_t n) {
    NANOSPAN_SCOPE(outer, "outer");
    outer.add_event("event", {{"n", n}});
    {
      NANOSPAN_SCOPE(inner, "inner");
      const ContextScope scope(Context(SpanContext{{1, 2}, {3}, {TraceFlags::kSampled}, true}));
      test::record_numbered(0, n);
      inner.set_status(StatusCode::kError, "for the test");
    }
    Span detached = NANOSPAN_SPAN("detached", {});
    detached.set_attribute("n", n);
  });
}

void record_detached_in_handler(int) {
  const int saved_errno = errno;
  handled.fetch_add(1, std::memory_order_relaxed);
  Span span = NANOSPAN_SPAN("detached in a handler", {});
  span.set_attribute("k", 1);
  errno = saved_errno;
}

TEST(SignalStorm, DetachedSpansInTheHandlerAreRecordedOrCounted) {
  expect_only_busy_lost(record_detached_in_handler, 1,
                        [](std::int64_t n) { test::record_numbered(0, n); });
}

// The interning thread holds locks that a span with a long text wants.
TEST(SignalStorm, HitsTheInterningOfKeysAndWaitsForNobody) {
  expect_only_busy_lost(record_in_handler, 0, [](std::int64_t n) {
    const std::string text = "key " + std::to_string(n % 20'000);
    Key key{std::string_view(text)};
    (void)key.id();
  });
}

ScopedSpan* scoped_of_handler = nullptr;  // open while the storm lasts, as is the other
Span* detached_of_handler = nullptr;

void annotate_in_handler(int) {
  const int saved_errno = errno;
  handled.fetch_add(1, std::memory_order_relaxed);
  scoped_of_handler->add_event("signal");
  detached_of_handler->add_event("signal");
  errno = saved_errno;
}

TEST(SignalStorm, AnnotationsInTheHandlerAreOnTheirSpansOrCounted) {
  handled.store(0);
  NumberedRecording numbered;
  std::int64_t rounds = 0;
  {
    NANOSPAN_SCOPE(scoped, "scoped");
    Span detached = NANOSPAN_SPAN("detached", {});
    scoped_of_handler = &scoped;
    detached_of_handler = &detached;
    const Handler handler(annotate_in_handler);
    rounds = under_storm([](std::int64_t n) { test::record_numbered(0, n); });
  }
  const Accounting sum = numbered.expect_all_accounted_for(static_cast<std::uint64_t>(rounds + 2));
  EXPECT_EQ(sum.lost(), 0u);
  const std::lock_guard lock(numbered.ledger->mutex);
  EXPECT_EQ(numbered.ledger->other_events + sum.annotations_lost_busy,
            static_cast<std::uint64_t>(2 * handled.load()));
}

}  // namespace
}  // namespace nanospan
