// Forked children that record on (RecorderOptions::on_fork, NANOSPAN_FORK).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>
#include <vector>

#include "support/forked_child.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::exit_status;
using test::expect_in_child;
using test::files_in;
using test::has_open_file_in;
using test::PrivateDirectory;
using test::Recording;
using testing::Pair;
using testing::UnorderedElementsAre;

struct ForkRecording : testing::Test {
  void SetUp() override { SKIP_IF_A_CHILD_MAY_NOT_ALLOCATE(); }
};
struct ForkExit : ForkRecording {};

// A child finds its spans in `store`.
struct RecordingChildren {
  PrivateDirectory directory;
  std::shared_ptr<SpanStore> store = std::make_shared<SpanStore>();
  RecorderOptions options() const {
    RecorderOptions made;
    made.region_directory = directory.path();
    made.on_fork = [store = store](RecorderOptions& of_child) {
      of_child.exporters.push_back(make_memory_exporter(store));
    };
    return made;
  }
};

std::size_t threads_of_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

TEST_F(ForkRecording, AChildHasARegionAndADrainOfItsOwn) {
  RecordingChildren children;
  Recording recording(children.options());
  Recorder& recorder = recording.recorder();
  const std::string parents = recorder.region_path();
  {
    NANOSPAN_SCOPE(outer, "outer");
    Span job = NANOSPAN_SPAN("job", {});
    expect_in_child([&] {
      { NANOSPAN_SCOPE(inner, "inner"); }
      outer.set_attribute("k", 1);
      outer.end();
      job.end();
      std::thread([] { NANOSPAN_SCOPE(span, "on its thread"); }).join();
      CHILD_EXPECT(recorder.flush());
      CHILD_EXPECT(children.store->size() == 2);
      CHILD_EXPECT(!children.store->find("on its thread")->parent_span_id.is_valid());
      const Accounting sum = recorder.accounting();
      CHILD_EXPECT(sum.started == 2 && sum.committed == 2 && sum.delivered == 2);
      const std::string own = recorder.region_path();
      CHILD_EXPECT(!own.empty() && own != parents && std::filesystem::exists(own));
      CHILD_EXPECT(recorder.stop(std::chrono::seconds(5)));
      CHILD_EXPECT(!std::filesystem::exists(own) && std::filesystem::exists(parents));
      CHILD_EXPECT(!has_open_file_in(children.directory.path()));
    });
  }
  EXPECT_TRUE(recording.span("outer").attributes.empty());
  EXPECT_EQ(recording.expect_balanced_at_rest().delivered, 2u);
}

TEST_F(ForkRecording, AChildGoesOnWithTheTrace) {
  RecordingChildren children;
  Recording recording(children.options());
  NANOSPAN_SCOPE(outer, "outer");
  const SpanContext context = outer.context();
  expect_in_child([&] {
    { NANOSPAN_SCOPE(inner, "inner"); }
    {
      const ContextScope none{Context()};
      NANOSPAN_SCOPE(root, "root");
    }
    CHILD_EXPECT(recording.recorder().flush());
    const auto inner = children.store->find("inner"), root = children.store->find("root");
    CHILD_EXPECT(inner->trace_id == context.trace_id);
    CHILD_EXPECT(inner->parent_span_id == context.span_id);
    CHILD_EXPECT(root->trace_id != context.trace_id && !root->parent_span_id.is_valid());
  });
}

TEST_F(ForkRecording, AChildThatRecordsNothingStartsNothing) {
  RecordingChildren children;
  Recording recording(children.options());
  expect_in_child([&] {
    CHILD_EXPECT(threads_of_process() == 1);
    CHILD_EXPECT(files_in(children.directory.path()) == 1);
    CHILD_EXPECT(!recording.recorder().flush());
    CHILD_EXPECT(recording.recorder().region_path().empty());
    CHILD_EXPECT(recording.recorder().accounting().started == 0);
    CHILD_EXPECT(recording.recorder().stop(std::chrono::seconds(5)));
    // Stopped before it started.
    { NANOSPAN_SCOPE(span, "untraced"); }
    CHILD_EXPECT(threads_of_process() == 1);
  });
}

// Each as a child's first call; callsites that the parent has used, and that nobody has yet.
TEST_F(ForkRecording, AnyRecordingCallMayBeTheFirst) {
  RecordingChildren children;
  Recording recording(children.options());
  const auto used = [] { NANOSPAN_SCOPE(span, "first"); };
  const auto used_detached = [] { (void)NANOSPAN_SPAN("first", {}); };
  used();
  used_detached();
  const std::function<void()> first_calls[] = {
      used,
      used_detached,
      [] { NANOSPAN_SCOPE(span, "first"); },
      [] { (void)NANOSPAN_SPAN("first", {}); },
      [&] {
        CHILD_EXPECT(prepare_thread());
        used();
      },
      [&] {
        const ContextScope scope{
            Context(SpanContext{TraceId{1, 2}, SpanId{3}, TraceFlags{1}, false})};
        used();
      },
      [&] { std::thread(used).join(); },
  };
  for (const auto& first_call : first_calls) {
    expect_in_child([&] {
      first_call();
      CHILD_EXPECT(recording.recorder().flush());
      CHILD_EXPECT(children.store->find_all("first").size() == 1);
      CHILD_EXPECT(recording.recorder().accounting().started == 1);
    });
  }
}

TEST_F(ForkRecording, ThreadsOfAChildThatComeFirstTogetherLoseNothing) {
  RecordingChildren children;
  Recording recording(children.options());
  expect_in_child([&] {
    constexpr int kThreads = 4;
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&] {
        for (++ready; ready.load() < kThreads;) {
        }
        NANOSPAN_SCOPE(span, "first");
      });
    for (std::thread& thread : threads) thread.join();
    CHILD_EXPECT(recording.recorder().flush());
    CHILD_EXPECT(children.store->size() == kThreads);
  });
}

// As daemons do: the child in between ends, having recorded or not.
TEST_F(ForkRecording, AGrandchildRecordsToo) {
  RecordingChildren children;
  Recording recording(children.options());
  NANOSPAN_SCOPE(outer, "outer");
  const SpanId outer_id = outer.context().span_id;
  for (const bool between_records : {false, true}) {
    expect_in_child([&] {
      if (between_records) NANOSPAN_SCOPE(span, "child");
      expect_in_child([&] {
        children.store->clear();
        { NANOSPAN_SCOPE(span, "grandchild"); }
        CHILD_EXPECT(recording.recorder().flush());
        CHILD_EXPECT(children.store->size() == 1);
        CHILD_EXPECT(children.store->find("grandchild")->parent_span_id == outer_id);
        CHILD_EXPECT(recording.recorder().stop(std::chrono::seconds(5)));
      });
      CHILD_EXPECT(!testing::Test::HasFailure());
      if (!between_records) return;
      { NANOSPAN_SCOPE(span, "child, later"); }
      CHILD_EXPECT(recording.recorder().flush());
      CHILD_EXPECT(children.store->size() == 2);
    });
  }
}

TEST_F(ForkRecording, AChildThatCanNotIsUntraced) {
  RecorderOptions options;
  options.on_fork = [](RecorderOptions& of_child) { of_child.region_directory = "/proc/none"; };
  Recording recording(std::move(options));
  expect_in_child([&] {
    for (int i = 0; i < 2; ++i) {
      NANOSPAN_SCOPE(span, "untraced");
      CHILD_EXPECT(!span.is_recording());
    }
    CHILD_EXPECT(!recording.recorder().flush());
    CHILD_EXPECT(recording.recorder().stop(std::chrono::seconds(5)));
  });
  { NANOSPAN_SCOPE(span, "in the parent"); }
  EXPECT_EQ(recording.spans().size(), 1u);
}

TEST_F(ForkRecording, TheFunctionMayReplaceAllOptions) {
  const auto store = std::make_shared<SpanStore>();
  PrivateDirectory directory;
  RecorderOptions options;
  options.on_fork = [&](RecorderOptions& of_child) {
    of_child = {.service_name = "worker", .region_directory = directory.path()};
    of_child.exporters.push_back(make_memory_exporter(store));
  };
  Recording recording(std::move(options));
  expect_in_child([&] {
    { NANOSPAN_SCOPE(span, "in the child"); }
    CHILD_EXPECT(recording.recorder().flush());
    const auto span = store->find("in the child");
    CHILD_EXPECT(span && test::shown(*span->resource).find("\"worker\"") != std::string::npos);
    CHILD_EXPECT(files_in(directory.path()) == 1);
  });
}

TEST_F(ForkRecording, AChildThatStartsOneItselfHasThatOne) {
  RecordingChildren children;
  Recording recording(children.options());
  expect_in_child([&] {
    {
      Recording own;
      { NANOSPAN_SCOPE(span, "span"); }
      CHILD_EXPECT(own.spans("span").size() == 1);
    }
    CHILD_EXPECT(children.store->size() == 0);
    { NANOSPAN_SCOPE(span, "after it"); }
    CHILD_EXPECT(children.store->size() == 0);
    CHILD_EXPECT(!recording.recorder().flush());
  });
}

TEST_F(ForkRecording, AChildOfTheRawSystemCallIsUntraced) {
  RecordingChildren children;
  Recording recording(children.options());
  const auto child = static_cast<pid_t>(syscall(SYS_fork));
  if (child == 0) {
    { NANOSPAN_SCOPE(span, "untraced"); }
    CHILD_EXPECT(threads_of_process() == 1);
    _exit(0);
  }
  EXPECT_EQ(test::exit_status(child), 0);
}

// In a process of its own: it changes its working directory and environment.
TEST_F(ForkRecording, TheEnvironmentAsksForItWithTheExportersItNames) {
  PrivateDirectory directory;
  expect_in_child([&] {
    CHILD_EXPECT(chdir(directory.path().c_str()) == 0);
    setenv("NANOSPAN_FORK", "true", 1);
    pid_t child = 0;
    {
      Recording recording({.service_name = "service"});
      child = test::forked([&] {
        { NANOSPAN_SCOPE(span, "in the child"); }
        CHILD_EXPECT(recording.recorder().stop(std::chrono::seconds(5)));
      });
      CHILD_EXPECT(test::exit_status(child) == 0);
      CHILD_EXPECT(recording.spans().empty());
    }
    std::ifstream file("service-" + std::to_string(child) + ".jsonl");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    CHILD_EXPECT(text.find("in the child") != std::string::npos);
  });
}

// How often each line stands in the output of a program whose child ends by exit().
std::map<std::string, int> lines_of_program(const char* mode) {
  PrivateDirectory directory;
  const std::string command = std::string(FORK_PROGRAM) + " " + directory.path() + " " + mode;
  FILE* const output = popen(command.c_str(), "r");
  std::map<std::string, int> lines;
  char line[256];
  while (std::fgets(line, sizeof(line), output) != nullptr)
    ++lines[std::string(line, std::strcspn(line, "\n"))];
  EXPECT_EQ(pclose(output), 0);
  EXPECT_EQ(files_in(directory.path()), 0u);
  return lines;
}

// Neither flushes a child what is its parent's, nor does it remove the region.
TEST_F(ForkExit, LeavesAllToTheParent) {
  EXPECT_THAT(lines_of_program("untraced"),
              UnorderedElementsAre(Pair("parent main", 1), Pair("parent destructor", 1),
                                   Pair("parent open at the fork", 1), Pair("exit status 0", 1),
                                   Pair("region stands", 1)));
}

TEST_F(ForkExit, FlushesWhatTheChildRecorded) {
  EXPECT_THAT(lines_of_program("recording"),
              UnorderedElementsAre(Pair("parent main", 1), Pair("parent destructor", 1),
                                   Pair("parent open at the fork", 1), Pair("child main", 1),
                                   Pair("child destructor", 1), Pair("exit status 0", 1),
                                   Pair("region stands", 1)));
}

// Nothing of the region goes with a program that is executed.
TEST(ForkExec, TakesNothingAlong) {
  PrivateDirectory directory;
  RecorderOptions options;
  options.region_directory = directory.path();
  Recording recording(std::move(options));
  NANOSPAN_SCOPE(outer, "outer");
  const char* const script =
      "! grep -q \"$0\" /proc/self/maps && ! ls -l /proc/self/fd | grep -q \"$0\"";
  const auto become_script = [&] {
    execl("/bin/sh", "sh", "-c", script, directory.path().c_str(), static_cast<char*>(nullptr));
    _exit(127);
  };
  EXPECT_EQ(exit_status(test::forked(become_script)), 0);
  EXPECT_EQ(exit_status(test::forked([&] {
              NANOSPAN_SCOPE(inner, "inner");
              outer.set_attribute("k", 1);
              become_script();
            })),
            0);
  const pid_t child = vfork();
  if (child == 0) become_script();
  EXPECT_EQ(exit_status(child), 0);
  outer.end();
  EXPECT_TRUE(recording.span("outer").attributes.empty());
  EXPECT_EQ(recording.expect_balanced_at_rest().started, 1u);
}

}  // namespace
}  // namespace nanospan
