// Many coroutines on few threads: each finds its own context wherever it goes on, and no thread
// keeps one.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <stdexcept>
#include <vector>

#include "carry/executor.h"
#include "nanospan/bind_context.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::Pool;
using test::Recording;
using test::Task;

constexpr ContextKey<int> kRequest("request");
constexpr int kRequests = 400;

struct Seen {
  std::atomic<int> wrong{0};
  std::atomic<int> ended{0};
  void expect(int request, const Span& span) {
    const Context here = current_context();
    const int* const found = here.get(kRequest);
    const bool right = found != nullptr && *found == request &&
                       here.span_context() == span.context().span_context();
    wrong.fetch_add(right ? 0 : 1);
  }
};

Task leaf(Pool& pool, Seen& seen, int request) {
  NANOSPAN_TASK(span, "leaf");
  for (int i = 0; i < 3; ++i) {
    co_await pool.schedule();
    seen.expect(request, span);
  }
  { NANOSPAN_SCOPE(work, "work"); }
  if (request % 5 == 0) throw std::runtime_error("leaf");
}

Task node(Pool& pool, Seen& seen, int request) {
  NANOSPAN_TASK(span, "node");
  Task left = leaf(pool, seen, request);
  bool failed = false;
  try {
    co_await left;
  } catch (const std::runtime_error&) {
    failed = true;
  }
  seen.expect(request, span);
  if (failed) span.add_event("failed");
  co_await pool.schedule();
  Task right = leaf(pool, seen, request + (request % 5 == 0 ? 1 : 0));
  (void)right;  // never begun: destroyed while it waits at its start
  seen.expect(request, span);
}

Task request_task(Pool& pool, Seen& seen, int request) {
  const ContextScope outer(Context::root().with(kRequest, request));  // ends at NANOSPAN_TASK
  NANOSPAN_TASK(span, "request");
  span.set_attribute("request", request);
  co_await pool.schedule();
  seen.expect(request, span);
  Task below = node(pool, seen, request);
  co_await below;
  seen.expect(request, span);
  seen.ended.fetch_add(1);
}

void check_trees(Recording& recording) {
  std::map<std::uint64_t, SpanData> by_id;
  for (SpanData& span : recording.spans()) by_id.emplace(span.span_id.value, std::move(span));
  const std::map<std::string, std::string> parent_of = {
      {"work", "leaf"}, {"leaf", "node"}, {"node", "request"}};
  std::map<std::string, int> counts;
  for (const auto& [id, span] : by_id) {
    ++counts[span.name];
    if (span.name == "request") {
      EXPECT_FALSE(span.parent_span_id.is_valid());
      continue;
    }
    const auto parent = by_id.find(span.parent_span_id.value);
    ASSERT_NE(parent, by_id.end()) << span.name;
    EXPECT_EQ(parent->second.name, parent_of.at(span.name));
    EXPECT_EQ(parent->second.trace_id, span.trace_id);
  }
  for (const char* name : {"request", "node", "leaf", "work"})
    EXPECT_EQ(counts[name], kRequests) << name;
}

TEST(CoroutinesOnThreads, KeepTheirContextsAndLeakNone) {
  Recording recording;
  Seen seen;
  {
    std::vector<Task> tasks;
    {
      Pool pool(4);
      for (int request = 0; request < kRequests; ++request) {
        const ContextScope scope(Context::root().with(kRequest, request));
        tasks.push_back(request_task(pool, seen, request));
        tasks.back().resume();
        EXPECT_FALSE(current_context().has_span());
      }
      pool.join();
      EXPECT_EQ(pool.leaks(), 0);
    }
    EXPECT_EQ(seen.ended.load(), kRequests);
  }
  EXPECT_EQ(seen.wrong.load(), 0);
  check_trees(recording);
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.in_flight, 0u);
  EXPECT_EQ(sum.lost_abandoned, 0u);
}

Task never_ends(Pool& pool, int& left) {
  NANOSPAN_TASK(span, "never ends");
  while (left-- > 0) co_await pool.schedule();
  co_await std::suspend_always{};
}

TEST(CoroutinesOnThreads, DestroyedWhereTheyStandLeaveNoThreadAContext) {
  Recording recording;
  int left[50];
  {
    std::vector<Task> tasks;
    {
      Pool pool(3);
      for (int& each : left) {
        each = 10;
        tasks.push_back(never_ends(pool, each));
        tasks.back().resume();
      }
      pool.join();
      EXPECT_EQ(pool.leaks(), 0);
    }
  }
  EXPECT_EQ(recording.spans("never ends").size(), std::size(left));
  EXPECT_EQ(recording.expect_balanced_at_rest().in_flight, 0u);
}

}  // namespace
}  // namespace nanospan
