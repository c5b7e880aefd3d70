// Asio's coroutines and handlers on threads of its own: each has the context that its operation was
// started in, and no thread keeps one.
#include "nanospan/context_executor.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <asio.hpp>
#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "nanospan/bind_context.h"
#include "support/recording.h"
#include "support/threads.h"

namespace {

// [asio]
asio::awaitable<void> session(asio::steady_timer& timer) {
  NANOSPAN_FIBER(span, "session", {.kind = nanospan::SpanKind::kServer});
  co_await timer.async_wait(asio::use_awaitable);  // goes on on any thread of the pool
  NANOSPAN_SCOPE(step, "step");                    // a child of it
}
void serve(asio::thread_pool& pool, asio::steady_timer& timer) {
  const asio::any_io_executor executor = pool.get_executor();
  const auto here = nanospan::carrying(executor);
  asio::co_spawn(here, session(timer), asio::detached);  // a child of what is current here
  asio::post(here, [] { NANOSPAN_SCOPE(span, "posted"); });
}
// [asio]

}  // namespace

namespace nanospan {
namespace {

using asio::use_awaitable;
using test::Recording;

constexpr ContextKey<int> kRequest("request");
constexpr int kRequests = 60;

struct Seen {
  std::atomic<int> wrong{0};
  std::atomic<int> ended{0};
  std::atomic<int> left_on_thread{0};

  void look(int request, const Context& expected) {
    const Context here = current_context();
    const int* const found = here.get(kRequest);
    const bool right =
        found != nullptr && *found == request && here.span_context() == expected.span_context();
    wrong.fetch_add(right ? 0 : 1);
  }
  // What a thread of Asio's does, one handler at a time, in a context of its own.
  void serve(asio::io_context& context) {
    NANOSPAN_SCOPE(worker, "worker");
    while (context.run_one() != 0) {
      const bool right = current_context().span_context() == worker.context() &&
                         current_context().get(kRequest) == nullptr;
      left_on_thread.fetch_add(right ? 0 : 1);
    }
  }
};

asio::awaitable<void> pause() {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::microseconds(50));
  co_await timer.async_wait(use_awaitable);
}

asio::awaitable<int> ask(Seen& seen, int request) {
  NANOSPAN_FIBER(span, "ask", {.kind = SpanKind::kClient});
  for (int i = 0; i < 3; ++i) {
    co_await pause();
    seen.look(request, span.context());
    NANOSPAN_SCOPE(step, "step");
  }
  if (request % 5 == 0) throw std::runtime_error("no answer");
  co_return request;
}

asio::awaitable<void> answer(Seen& seen, int request) {
  NANOSPAN_FIBER(span, "request");
  seen.look(request, span.context());
  try {
    const int reply = co_await ask(seen, request);
    EXPECT_EQ(reply, request);
  } catch (const std::runtime_error&) {
    span.add_event("failed");
  }
  seen.look(request, span.context());
  co_await asio::post(use_awaitable);
  seen.look(request, span.context());
  seen.ended.fetch_add(1);
}

TEST(Asio, CoroutinesKeepTheirContextsOnWhateverThread) {
  Recording recording;
  Seen seen;
  {
    asio::io_context context;
    {
      NANOSPAN_SCOPE(main, "main");
      const auto executor = carrying<asio::any_io_executor>(context.get_executor());
      for (int request = 0; request < kRequests; ++request) {
        const ContextScope scope(current_context().with(kRequest, request));
        asio::co_spawn(executor, answer(seen, request), asio::detached);
      }
    }
    test::run_threads(3, [&](int) { seen.serve(context); });
  }
  EXPECT_EQ(seen.wrong.load(), 0);
  EXPECT_EQ(seen.ended.load(), kRequests);
  EXPECT_EQ(seen.left_on_thread.load(), 0);
  const SpanData main = recording.span("main");
  int failed = 0;
  for (const SpanData& request : recording.spans("request")) {
    EXPECT_EQ(request.parent_span_id, main.span_id);
    EXPECT_EQ(request.status_code, StatusCode::kUnset);
    const auto below = recording.store().children_of(request.span_id);
    ASSERT_EQ(below.size(), 1u);
    EXPECT_EQ(below[0].name, "ask");
    failed += below[0].status_code == StatusCode::kError ? 1 : 0;
    EXPECT_EQ(recording.store().children_of(below[0].span_id).size(), 3u);
  }
  EXPECT_EQ(failed, kRequests / 5);
  EXPECT_EQ(recording.spans("request").size(), std::size_t{kRequests});
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.in_flight, 0u);
  EXPECT_EQ(sum.lost_abandoned, 0u);
}

// From one thread to the other at each step, whatever the machine does.
asio::awaitable<void> back_and_forth(asio::any_io_executor there, asio::any_io_executor back) {
  NANOSPAN_FIBER(span, "moves");
  for (const auto& next : {there, back, there}) {
    const pid_t before = gettid();
    co_await asio::post(asio::bind_executor(next, use_awaitable));
    EXPECT_NE(gettid(), before);
    EXPECT_EQ(current_context().span_context(), span.context().span_context());
    NANOSPAN_SCOPE(step, "step");
  }
}

TEST(Asio, ACoroutineThatMovesTakesItsContextAlong) {
  Recording recording;
  {
    asio::thread_pool one(1), two(1);
    NANOSPAN_SCOPE(main, "main");
    asio::co_spawn(carrying<asio::any_io_executor>(one.get_executor()),
                   back_and_forth(carrying<asio::any_io_executor>(two.get_executor()),
                                  carrying<asio::any_io_executor>(one.get_executor())),
                   asio::detached);
    one.join();
    two.join();
  }
  const SpanData moves = recording.span("moves");
  EXPECT_EQ(moves.parent_span_id, recording.span("main").span_id);
  EXPECT_EQ(recording.store().children_of(moves.span_id).size(), 3u);
}

asio::awaitable<void> spawns_more() {
  NANOSPAN_FIBER(span, "parent");
  const auto executor = co_await asio::this_coro::executor;
  const auto child = []() -> asio::awaitable<void> {
    NANOSPAN_FIBER(inner, "child");
    co_await pause();
  };
  NANOSPAN_SCOPE(spawn, "spawn");
  for (int i = 0; i < 2; ++i) asio::co_spawn(executor, child, asio::detached);
  // Asio begins them at once, inside: the scope is what it was.
  EXPECT_EQ(current_context().span_context(), spawn.context());
}

TEST(Asio, ACoroutineThatIsSpawnedByAnotherIsItsChild) {
  Recording recording;
  asio::thread_pool pool(2);
  asio::co_spawn(carrying<asio::any_io_executor>(pool.get_executor()), spawns_more(),
                 asio::detached);
  pool.join();
  const SpanData spawn = recording.span("spawn");
  EXPECT_EQ(spawn.parent_span_id, recording.span("parent").span_id);
  EXPECT_EQ(recording.spans("child").size(), 2u);
  for (const SpanData& child : recording.spans("child"))
    EXPECT_EQ(child.parent_span_id, spawn.span_id);
  EXPECT_EQ(recording.expect_balanced_at_rest().lost_abandoned, 0u);
}

asio::awaitable<void> keeps_a_scope_open() {
  NANOSPAN_SCOPE(open, "open");
  co_await pause();
}

TEST(Asio, AScopedSpanOpenAtASuspensionIsGivenUpAndCounted) {
  Recording recording;
  Seen seen;
  asio::io_context context;
  asio::co_spawn(carrying<asio::any_io_executor>(context.get_executor()), keeps_a_scope_open(),
                 asio::detached);
  seen.serve(context);
  EXPECT_EQ(seen.left_on_thread.load(), 0);
  EXPECT_EQ(recording.spans("open").size(), 0u);
  EXPECT_EQ(recording.expect_balanced_at_rest().lost_abandoned, 1u);
}

asio::awaitable<void> never_ends(asio::steady_timer& timer) {
  NANOSPAN_FIBER(span, "outer");
  NANOSPAN_FIBER(inner, "inner");
  co_await timer.async_wait(use_awaitable);
}

TEST(Asio, DestroyedWhileItWaitsEndsItsSpansAndTouchesNoThread) {
  Recording recording;
  NANOSPAN_SCOPE(mine, "mine");
  {
    asio::io_context context;
    asio::steady_timer timer(context, std::chrono::hours(1));
    asio::co_spawn(carrying<asio::any_io_executor>(context.get_executor()), never_ends(timer),
                   asio::detached);
    context.poll();
    EXPECT_EQ(current_context().span_context(), mine.context());
  }
  EXPECT_EQ(current_context().span_context(), mine.context());
  EXPECT_EQ(recording.span("inner").parent_span_id, recording.span("outer").span_id);
  EXPECT_EQ(recording.span("outer").status_code, StatusCode::kUnset);
  EXPECT_EQ(recording.expect_balanced_at_rest().lost_abandoned, 0u);
}

TEST(Asio, HandlersHaveTheContextOfWhoStartedTheirOperation) {
  Recording recording;
  asio::thread_pool pool(2);
  asio::steady_timer timer(pool, std::chrono::microseconds(50));
  {
    NANOSPAN_SCOPE(outer, "outer");
    timer.async_wait(bind_context([](asio::error_code) { NANOSPAN_SCOPE(bound, "handler"); }));
    timer.async_wait(
        asio::bind_executor(carrying<asio::any_io_executor>(pool.get_executor()),
                            [](asio::error_code) { NANOSPAN_SCOPE(carried, "handler"); }));
    asio::post(carrying<asio::any_io_executor>(pool.get_executor()),
               [] { NANOSPAN_SCOPE(posted, "handler"); });
    asio::post(pool, bind_context([] { NANOSPAN_SCOPE(posted, "handler"); }));
  }
  pool.join();
  EXPECT_EQ(recording.spans("handler").size(), 4u);
  for (const SpanData& handler : recording.spans("handler"))
    EXPECT_EQ(handler.parent_span_id, recording.span("outer").span_id);
}

TEST(Asio, AsTheGuideHasIt) {
  Recording recording;
  {
    asio::thread_pool pool(2);
    asio::steady_timer timer(pool, std::chrono::microseconds(50));
    NANOSPAN_SCOPE(outer, "outer");
    serve(pool, timer);
    pool.join();
  }
  const SpanData session = recording.span("session");
  EXPECT_EQ(session.kind, SpanKind::kServer);
  for (const SpanData& child : {session, recording.span("posted")})
    EXPECT_EQ(child.parent_span_id, recording.span("outer").span_id);
  EXPECT_EQ(recording.span("step").parent_span_id, session.span_id);
}

TEST(Asio, HandlersOfAStrandHaveEachItsOwnContext) {
  Recording recording;
  int unguarded = 0;  // but by the strand
  {
    asio::thread_pool pool(3);
    const auto strand = asio::make_strand(pool);
    const auto carried = carrying<asio::any_io_executor>(strand);
    for (int i = 0; i < 100; ++i) {
      NANOSPAN_SCOPE(outer, "outer");
      asio::post(carried, [&unguarded] {
        ++unguarded;
        NANOSPAN_SCOPE(inner, "inner");
      });
      asio::post(asio::bind_executor(strand, bind_context([&unguarded] {
                                       ++unguarded;
                                       NANOSPAN_SCOPE(inner, "inner");
                                     })));
    }
    asio::co_spawn(
        carried,
        [&unguarded]() -> asio::awaitable<void> {
          ++unguarded;
          co_await pause();
          ++unguarded;
        },
        asio::detached);
    pool.join();
  }
  EXPECT_EQ(unguarded, 202);
  for (const SpanData& outer : recording.spans("outer"))
    EXPECT_EQ(recording.store().children_of(outer.span_id).size(), 2u);
  EXPECT_EQ(recording.spans("inner").size(), 200u);
}

}  // namespace
}  // namespace nanospan
