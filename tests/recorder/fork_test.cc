#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <thread>

#include "support/forked_child.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::exit_status;
using test::PrivateDirectory;
using test::Recording;

TEST(Fork, AChildEndsWhatItInheritedWithoutEffect) {
  Recording recording;
  SpanContext outer_context;
  {
    NANOSPAN_SCOPE(outer, "outer");
    outer_context = outer.context();
    std::optional<Span> job(NANOSPAN_SPAN("job", {}));
    const pid_t child = fork();
    if (child == 0) {
      outer.set_attribute("child", true);
      outer.add_event("child");
      job->set_attribute("child", true);
      job->set_attribute("list", std::span<const std::int64_t>());
      job.reset();
      { NANOSPAN_SCOPE(inner, "inner"); }
      outer.set_status(StatusCode::kError);
      outer.end();
      CHILD_EXPECT(!outer.is_recording());
      NANOSPAN_SCOPE(untraced, "untraced");
      CHILD_EXPECT(!untraced.is_recording());
      CHILD_EXPECT(current_context().span_context() == outer_context);
      _exit(0);
    }
    EXPECT_EQ(exit_status(child), 0);
  }
  EXPECT_TRUE(recording.span("outer").attributes.empty());
  EXPECT_TRUE(recording.span("job").attributes.empty());
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.started, 2u);
  EXPECT_EQ(sum.delivered, 2u);
}

TEST(Fork, AChildStartsARecorderOfItsOwnAndGoesOnWithTheTrace) {
  SKIP_IF_A_CHILD_MAY_NOT_ALLOCATE();
  Recording recording;
  PrivateDirectory directory;
  {
    NANOSPAN_SCOPE(outer, "outer");
    NANOSPAN_ATTRIBUTE(outer, "who", "parent");
    const TraceId trace_id = outer.context().trace_id;
    const SpanId outer_id = outer.context().span_id;
    const pid_t child = fork();
    if (child == 0) {
      const auto store = std::make_shared<SpanStore>();
      RecorderOptions options;
      options.region_directory = directory.path();
      options.exporters.push_back(make_memory_exporter(store));
      Recorder own = Recorder::start(std::move(options));
      CHILD_EXPECT(own);
      {
        NANOSPAN_SCOPE(in_child, "in the child");
        NANOSPAN_ATTRIBUTE(in_child, "who", "child");
      }
      std::thread([] { NANOSPAN_SCOPE(span, "on its thread"); }).join();
      CHILD_EXPECT(own.flush());
      const auto span = store->find("in the child");
      CHILD_EXPECT(span);
      CHILD_EXPECT(test::shown(span->attributes) == "who=\"child\"");
      CHILD_EXPECT(span->trace_id == trace_id && span->parent_span_id == outer_id);
      CHILD_EXPECT(!store->find("on its thread")->parent_span_id.is_valid());
      outer.end();
      CHILD_EXPECT(own.flush());
      CHILD_EXPECT(store->size() == 2);
      CHILD_EXPECT(own.accounting().started == 2);
      CHILD_EXPECT(own.stop(std::chrono::seconds(5)));
      _exit(0);
    }
    EXPECT_EQ(exit_status(child), 0);
  }
  EXPECT_EQ(test::shown(recording.span("outer").attributes), "who=\"parent\"");
  EXPECT_EQ(recording.expect_balanced_at_rest().delivered, 1u);
}

// The child's region may not come to stand where its parent's was: the first span of both would be
// at the same address, and of the same generation.
TEST(Fork, WhatAChildInheritedIsNoneOfItsOwnSpans) {
  SKIP_IF_A_CHILD_MAY_NOT_ALLOCATE();
  Recording recording;
  NANOSPAN_SCOPE(outer, "outer");
  Span job = NANOSPAN_SPAN("job", {});
  test::expect_in_child([&] {
    const auto store = std::make_shared<SpanStore>();
    Recording own({.exporters = {make_memory_exporter(store)}});
    Span own_job = NANOSPAN_SPAN("own job", {});
    NANOSPAN_SCOPE(inner, "inner");
    outer.set_attribute("k", 1);
    outer.update_name("outer, in the child");
    CHILD_EXPECT(!job.is_recording());
    CHILD_EXPECT(!outer.context().is_valid());
    outer.end();
    job.set_attribute("k", 1);
    job.end();
    CHILD_EXPECT(inner.is_recording() && own_job.is_recording());
    CHILD_EXPECT(current_context().span_context() == inner.context());
    inner.end();
    own_job.end();
    own.flush();
    CHILD_EXPECT(store->size() == 2);
    CHILD_EXPECT(store->find("inner") && store->find("inner")->attributes.empty());
    CHILD_EXPECT(store->find("own job") && store->find("own job")->attributes.empty());
    (void)own.recorder().stop(std::chrono::seconds(5));
    _exit(0);
  });
}

TEST(Fork, LeavesTheParentsOtherThreadsAlone) {
  Recording recording;
  NANOSPAN_SCOPE(outer, "outer");
  const pid_t child = fork();
  if (child == 0) _exit(0);
  EXPECT_EQ(exit_status(child), 0);
  std::thread([] { NANOSPAN_SCOPE(span, "on a new thread"); }).join();
  EXPECT_FALSE(recording.span("on a new thread").parent_span_id.is_valid());
}

TEST(Fork, LeavesNoContextBehindInTheParent) {
  {
    Recording recording;
    NANOSPAN_SCOPE(outer, "outer");
    const pid_t child = fork();
    if (child == 0) _exit(0);
    EXPECT_EQ(exit_status(child), 0);
  }
  EXPECT_FALSE(current_context().has_span());
}

TEST(Fork, TheParentsRecorderIsNoneInTheChild) {
  std::optional<Recording> recording(std::in_place);
  const std::string region = recording->recorder().region_path();
  { NANOSPAN_SCOPE(span, "span"); }
  const pid_t child = fork();
  if (child == 0) {
    CHILD_EXPECT(!recording->recorder().flush());
    CHILD_EXPECT(recording->recorder().accounting().started == 0);
    recording->recorder().stop(std::chrono::seconds(1));
    _exit(0);
  }
  EXPECT_EQ(exit_status(child), 0);
  EXPECT_TRUE(std::filesystem::exists(region));
  EXPECT_EQ(recording->spans("span").size(), 1u);
}

TEST(Fork, ManyWhileOtherThreadsRecord) {
  Recording recording;
  std::atomic<bool> done{false};
  std::thread worker([&] {
    while (!done.load(std::memory_order_relaxed)) {
      NANOSPAN_SCOPE(span, "work");
      Span job = NANOSPAN_SPAN("job", {});
      job.set_attribute("k", 1);
    }
  });
  for (int i = 0; i < 20; ++i) {
    NANOSPAN_SCOPE(outer, "outer");
    const pid_t child = fork();
    if (child == 0) {
      for (int k = 0; k < 100; ++k) {
        NANOSPAN_SCOPE(span, "untraced");
        Span job = NANOSPAN_SPAN("untraced", {});
        job.set_attribute("k", 1);
      }
      _exit(0);
    }
    EXPECT_EQ(exit_status(child), 0);
  }
  done.store(true);
  worker.join();
  EXPECT_EQ(recording.spans("outer").size(), 20u);
  recording.expect_balanced_at_rest();
}

TEST(Fork, AChildOfTheRawSystemCallIsUntraced) {
  Recording recording;
  {
    NANOSPAN_SCOPE(outer, "outer");
    const auto child = static_cast<pid_t>(syscall(SYS_fork));
    if (child == 0) {
      outer.set_attribute("child", true);
      {
        NANOSPAN_SCOPE(inner, "inner");
        inner.set_attribute("k", 1);
      }
      outer.end();
      _exit(0);
    }
    ASSERT_GT(child, 0);
    EXPECT_EQ(exit_status(child), 0);
  }
  EXPECT_TRUE(recording.span("outer").attributes.empty());
  EXPECT_EQ(recording.expect_balanced_at_rest().started, 1u);
}

}  // namespace
}  // namespace nanospan
