// The code of core/src/carry/README.md, word for word.
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <iterator>
#include <string>

#include "carry/executor.h"
#include "nanospan/bind_context.h"
#include "nanospan/causes.h"
#include "nanospan/fiber_span.h"
#include "nanospan/swap_context.h"
#include "support/recording.h"

namespace {

using nanospan::test::ForeignTask;
using nanospan::test::Pool;
using nanospan::test::PromiseBase;

struct File {
  std::promise<void>* done;
};
void compress(const File& file) {
  { NANOSPAN_SCOPE(span, "compress"); }
  file.done->set_value();
}

// [pool]
void compress_all(Pool& pool, const std::vector<File>& files) {
  NANOSPAN_SCOPE(span, "compress_all");
  auto here = nanospan::bind_context(pool);  // post, submit, execute, dispatch: those that it has
  for (const File& file : files) here.post([&file] { compress(file); });
}
// [pool]

struct Promise;
struct Task {
  using promise_type = Promise;
  explicit Task(std::coroutine_handle<Promise> handle) : frame(handle) {}
  Task(Task&& other) noexcept : frame(std::exchange(other.frame, {})) {}
  Task& operator=(Task&&) = delete;
  ~Task();
  std::coroutine_handle<Promise> frame;
};

// [promise]
struct Promise : nanospan::TracedPromise<PromiseBase> {
  Task get_return_object() { return Task(std::coroutine_handle<Promise>::from_promise(*this)); }
};
// [promise]

Task::~Task() {
  if (frame) frame.destroy();
}

// [coroutine]
Task fetch(Pool& pool, int id) {
  NANOSPAN_TASK(span, "fetch", {.kind = nanospan::SpanKind::kClient});
  span.set_attribute("id", id);
  co_await pool.schedule();        // suspends: the thread goes on without `fetch`
  NANOSPAN_SCOPE(parse, "parse");  // a child of it, on the thread that has resumed it
}
// [coroutine]

// [foreign]
ForeignTask fetch_by(Pool& pool, int id) {
  nanospan::TaskContext carried;
  NANOSPAN_TASK_IN(carried, span, "fetch_by");
  span.set_attribute("id", id);
  co_await carried.around(pool.schedule());
  auto waiting = pool.schedule();
  {
    nanospan::Away away(carried);
    co_await waiting;
  }
}
// [foreign]

// Played: it goes on as far as its scheduler calls it.
struct Fiber {
  nanospan::Context context;
  std::function<void(Fiber&)> body;
  std::function<void()> elsewhere;  // what its thread does while it waits
  void go_on() { body(*this); }
  void wait() {
    nanospan::Context mine = nanospan::swap_context(nanospan::Context::root());
    elsewhere();
    (void)nanospan::swap_context(mine);
  }
};

// [scheduler]
void run(Fiber& fiber) {
  nanospan::Context main = nanospan::swap_context(fiber.context);
  fiber.go_on();  // returns when the fiber is switched out
  fiber.context = nanospan::swap_context(main);
}
// [scheduler]

// [fiber]
void handle(Fiber& self) {
  NANOSPAN_FIBER(span, "handle");
  self.wait();  // switched out, and back on any thread
  NANOSPAN_SCOPE(step, "step");
}
// [fiber]

// [causes]
nanospan::Span merge(const nanospan::Span& left, const nanospan::Span& right,
                     const nanospan::Context& message) {
  const nanospan::Parents parents({left.context(), right.context()});
  nanospan::Span span = NANOSPAN_SPAN("merge", {}, parents.options());
  span.add_link(message, nanospan::kFollowsFrom);
  return span;
}
// [causes]

}  // namespace

namespace nanospan {
namespace {

using test::Recording;

std::string text_of(const char* file) {
  std::ifstream in(file);
  EXPECT_TRUE(in.is_open()) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(CarryGuide, IsThisFileWordForWord) {
  const std::string source = text_of(GUIDE_CODE) + text_of(GUIDE_ASIO), guide = text_of(GUIDE);
  std::size_t blocks = 0;
  for (const char* name :
       {"pool", "promise", "coroutine", "foreign", "asio", "scheduler", "fiber", "causes"}) {
    const std::string mark = std::string("// [") + name + "]\n";
    const std::size_t begin = source.find(mark) + mark.size();
    const std::string code = source.substr(begin, source.find(mark, begin) - begin);
    EXPECT_NE(guide.find("```cpp\n" + code + "```"), std::string::npos) << name;
    ++blocks;
  }
  std::size_t in_guide = 0;
  for (std::size_t at = guide.find("```cpp"); at != std::string::npos;
       at = guide.find("```cpp", at + 1))
    ++in_guide;
  EXPECT_EQ(in_guide, blocks);
}

TEST(CarryGuide, OfAPool) {
  Recording recording;
  std::promise<void> done[2];
  const std::vector<File> files = {{&done[0]}, {&done[1]}};
  {
    Pool pool(2);
    compress_all(pool, files);
  }
  for (const SpanData& span : recording.spans("compress"))
    EXPECT_EQ(span.parent_span_id, recording.span("compress_all").span_id);
  EXPECT_EQ(recording.spans("compress").size(), 2u);
}

TEST(CarryGuide, OfCoroutines) {
  Recording recording;
  {
    std::optional<ForeignTask> foreign;
    std::optional<Pool> pool(std::in_place, 2);
    const Task task = fetch(*pool, 1);
    task.frame.resume();
    foreign.emplace(fetch_by(*pool, 2));
    foreign->resume();
    EXPECT_FALSE(current_context().has_span());
    pool.reset();
  }
  EXPECT_EQ(recording.span("parse").parent_span_id, recording.span("fetch").span_id);
  EXPECT_EQ(recording.span("fetch").kind, SpanKind::kClient);
  for (const char* name : {"fetch", "fetch_by"}) {
    EXPECT_NE(recording.span(name).find_attribute("busy_ns"), nullptr) << name;
    EXPECT_NE(recording.span(name).find_attribute("idle_ns"), nullptr) << name;
  }
}

TEST(CarryGuide, OfAFiber) {
  Recording recording;
  Fiber fiber;
  fiber.context = Context(SpanContext{{1, 2}, {3}, {TraceFlags::kSampled}, true});
  fiber.body = handle;
  fiber.elsewhere = [] { EXPECT_FALSE(current_context().has_span()); };
  run(fiber);
  EXPECT_FALSE(current_context().has_span());
  EXPECT_EQ(fiber.context.span_context().span_id, SpanId{3});
  EXPECT_EQ(recording.span("handle").parent_span_id, SpanId{3});
  EXPECT_EQ(recording.span("step").parent_span_id, recording.span("handle").span_id);
}

TEST(CarryGuide, OfCauses) {
  Recording recording;
  {
    Span left = NANOSPAN_SPAN("left", {});
    Span right = NANOSPAN_SPAN("right", {});
    merge(left, right, Context(SpanContext{{1, 2}, {3}, {}, true})).end();
  }
  const SpanData span = recording.span("merge");
  EXPECT_EQ(span.parent_span_id, recording.span("left").span_id);
  ASSERT_EQ(span.links.size(), 2u);
  EXPECT_EQ(span.links[0].context.span_id, recording.span("right").span_id);
  EXPECT_EQ(test::shown(span.links[1].attributes), "opentracing.ref_type=\"follows_from\"");
}

}  // namespace
}  // namespace nanospan
