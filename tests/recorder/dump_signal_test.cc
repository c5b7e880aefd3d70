// Dumps on a signal: from options and the environment, beside the application's own handlers.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include "nanospan/dump.h"
#include "nanospan/exporters/memory_exporter.h"
#include "recorder/recorder_impl.h"
#include "support/forked_child.h"
#include "support/log_lines.h"
#include "support/recording.h"
#include "support/without_threads.h"

namespace nanospan {
namespace {

using namespace std::chrono_literals;
using test::PrivateDirectory;
using test::Recording;

std::atomic<int> heard{0};
void hear(int) {
  ++heard;
}

struct sigaction handler_of(int signal) {
  struct sigaction action {};
  EXPECT_EQ(sigaction(signal, nullptr, &action), 0);
  return action;
}

class DumpOnSignal : public ::testing::Test {
 protected:
  ~DumpOnSignal() override {
    std::signal(SIGUSR2, SIG_DFL);
    for (const char* const name :
         {"NANOSPAN_DUMP_SIGNAL", "NANOSPAN_DUMP_DIR", "NANOSPAN_DUMP_LAST_MS"})
      unsetenv(name);
  }
  [[nodiscard]] RecorderOptions options(int signal = SIGUSR2) const {
    RecorderOptions made;
    made.drain.enabled = false;
    made.dump_on_signal.signal = signal;
    if (signal != 0) made.dump_on_signal.directory = directory.path();
    return made;
  }
  [[nodiscard]] std::set<std::string> dumps() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
      if (entry.path().extension() == ".jsonl") names.insert(entry.path());
    return names;
  }
  void wait_for(std::size_t count) const {
    while (dumps().size() < count) std::this_thread::yield();
  }

  const PrivateDirectory directory;
};

TEST_F(DumpOnSignal, ComesAsOftenAsAsked) {
  Recording recording(options());
  { NANOSPAN_SCOPE(span, "before"); }
  for (std::size_t wanted = 1; wanted <= 3; ++wanted) {
    ASSERT_EQ(raise(SIGUSR2), 0);
    wait_for(wanted);
  }
  for (const std::string& path : dumps()) {
    EXPECT_NE(path.find("/dump-" + std::to_string(getpid()) + "-"), std::string::npos) << path;
    EXPECT_NE(test::file_text(path).find("\"before\""), std::string::npos);
  }
}

TEST_F(DumpOnSignal, ReachesBackAsFarAsThereIsAnything) {
  RecorderOptions made = options();
  made.dump_on_signal.last = std::chrono::milliseconds::max();
  Recording recording(std::move(made));
  { NANOSPAN_SCOPE(span, "before"); }
  ASSERT_EQ(raise(SIGUSR2), 0);
  wait_for(1);
  EXPECT_NE(test::file_text(*dumps().begin()).find("\"before\""), std::string::npos);
}

TEST_F(DumpOnSignal, IsSetByTheEnvironmentToo) {
  for (const char* const name : {"SIGUSR2", "usr2", "12"}) {
    setenv("NANOSPAN_DUMP_SIGNAL", name, 1);
    setenv("NANOSPAN_DUMP_DIR", directory.path().c_str(), 1);
    setenv("NANOSPAN_DUMP_LAST_MS", "60000", 1);
    const std::size_t before = dumps().size();
    Recording recording(options(0));
    const auto ago = [](int seconds) {
      return std::chrono::system_clock::now() - std::chrono::seconds(seconds);
    };
    Span old = NANOSPAN_SPAN("old", {}, {.start_time = ago(101)});
    old.end(ago(100));
    Span young = NANOSPAN_SPAN("young", {}, {.start_time = ago(31)});
    young.end(ago(30));  // beyond the ten seconds that are the default
    ASSERT_EQ(raise(SIGUSR2), 0);
    wait_for(before + 1);
    const std::string text = test::file_text(*dumps().rbegin());
    EXPECT_NE(text.find("\"young\""), std::string::npos);
    EXPECT_EQ(text.find("\"old\""), std::string::npos);
  }
}

TEST_F(DumpOnSignal, AStormIsAnsweredByFewAndStopsNobody) {
  constexpr int kThreads = 2, kSignals = 5000;
  Recording recording(options());
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([] {
      for (int n = 0; n < kSignals; ++n) {
        NANOSPAN_SCOPE(span, "stormy");
        ASSERT_EQ(raise(SIGUSR2), 0);
      }
    });
  for (std::thread& thread : threads) thread.join();
  wait_for(1);
  const std::size_t answered = dumps().size();
  EXPECT_LT(answered, static_cast<std::size_t>(kThreads * kSignals) / 2);
  ASSERT_EQ(raise(SIGUSR2), 0);
  wait_for(answered + 1);
  const Accounting sum = recording.recorder().accounting();
  EXPECT_EQ(sum.committed, static_cast<std::uint64_t>(kThreads * kSignals));
}

TEST_F(DumpOnSignal, TheApplicationsHandlerIsCalledMeanwhileAndAloneAgainAfterwards) {
  struct sigaction own {};
  own.sa_handler = hear;
  own.sa_flags = SA_RESTART;
  sigaddset(&own.sa_mask, SIGHUP);
  ASSERT_EQ(sigaction(SIGUSR2, &own, nullptr), 0);
  heard = 0;
  {
    Recording recording(options());
    EXPECT_NE(handler_of(SIGUSR2).sa_handler, hear);
    ASSERT_EQ(raise(SIGUSR2), 0);
    EXPECT_EQ(heard, 1);
    wait_for(1);
  }
  const struct sigaction after = handler_of(SIGUSR2);
  EXPECT_EQ(after.sa_handler, hear);
  EXPECT_EQ(after.sa_flags & SA_RESTART, SA_RESTART);
  EXPECT_EQ(sigismember(&after.sa_mask, SIGHUP), 1);
  const std::size_t before = dumps().size();
  ASSERT_EQ(raise(SIGUSR2), 0);
  EXPECT_EQ(heard, 2);
  EXPECT_EQ(dumps().size(), before);
}

struct sigaction chained {};
void hear_and_pass_on(int signal, siginfo_t* info, void* context) {
  ++heard;
  if ((chained.sa_flags & SA_SIGINFO) != 0) chained.sa_sigaction(signal, info, context);
}

TEST_F(DumpOnSignal, AHandlerPutOverOursStaysAndMayPassOn) {
  struct sigaction own {};
  own.sa_sigaction = hear_and_pass_on;
  own.sa_flags = SA_SIGINFO;
  heard = 0;
  {
    Recording recording(options());
    ASSERT_EQ(sigaction(SIGUSR2, &own, &chained), 0);
    ASSERT_EQ(raise(SIGUSR2), 0);
    wait_for(1);
  }
  EXPECT_EQ(handler_of(SIGUSR2).sa_sigaction, hear_and_pass_on);
  ASSERT_EQ(raise(SIGUSR2), 0);
  EXPECT_EQ(heard, 2);
  Recording recording(options());  // over one that passes on to ours
  const std::size_t before = dumps().size();
  ASSERT_EQ(raise(SIGUSR2), 0);
  EXPECT_EQ(heard, 3);
  wait_for(before + 1);
}

TEST_F(DumpOnSignal, WhatCantBeServedIsSaidAndTheRecorderRuns) {
  for (const int signal : {SIGKILL, SIGSEGV, -3, 4711}) {
    test::LogLines log;
    Recording recording(options(signal));
    EXPECT_GT(log.count_with("No dump will come on signal"), 0) << signal;
  }
  for (const char* const name : {"SIGWHAT", "11", "0", "99999999999"}) {
    setenv("NANOSPAN_DUMP_SIGNAL", name, 1);
    test::LogLines log;
    Recording recording(options(0));
    EXPECT_GT(log.count_with("NANOSPAN_DUMP_SIGNAL"), 0) << name;
  }
}

TEST_F(DumpOnSignal, WithoutAThreadToWriteIsSaidToo) {
  test::LogLines log;
  const test::WithoutThreads scarcity;
  Recording recording(options());
  EXPECT_GT(log.count_with("No dump will come on signal"), 0) << log.text();
  EXPECT_GT(log.count_with("more threads"), 0) << log.text();
}

TEST_F(DumpOnSignal, SaysWhereItWentOrWhyNot) {
  test::LogLines log;
  RecorderOptions unwritable = options();
  unwritable.dump_on_signal.directory = "/nowhere";
  {
    Recording recording(std::move(unwritable));
    ASSERT_EQ(raise(SIGUSR2), 0);
    while (log.count_with("/nowhere/dump-") == 0) std::this_thread::yield();
  }
  Recording recording(options());
  NANOSPAN_SCOPE(span, "running");
  ASSERT_EQ(raise(SIGUSR2), 0);
  while (log.count_with(" to " + directory.path()) == 0) std::this_thread::yield();
  EXPECT_GT(log.count_with("Dumped 1 span to "), 0) << log.text();
}

std::atomic<bool> is_stuck{false}, may_go_on{false};
class Stuck final : public Exporter {
 public:
  ExportResult export_batch(const SpanBatch&, Deadline) override {
    is_stuck = true;
    while (!may_go_on) std::this_thread::yield();
    return ExportResult::kSuccess;
  }
  [[nodiscard]] std::string describe() const override { return "stuck"; }
};

TEST_F(DumpOnSignal, ThatIsStuckTakesNoTimeFromTheLastExports) {
  const ExporterFactory before = find_exporter_factory();
  set_exporter_factory([](const ExporterRequest&) -> Result<std::unique_ptr<Exporter>> {
    return std::unique_ptr<Exporter>(std::make_unique<Stuck>());
  });
  RecorderOptions made = options();
  made.drain.enabled = true;
  const auto store = std::make_shared<SpanStore>();
  made.exporters.push_back(make_memory_exporter(store));
  made.region_directory = directory.path();
  Recorder recorder = Recorder::start(std::move(made));
  ASSERT_TRUE(recorder) << recorder.error();
  NANOSPAN_SCOPE(before_stop, "before");
  ASSERT_EQ(raise(SIGUSR2), 0);
  while (!is_stuck) std::this_thread::yield();
  before_stop.end();
  EXPECT_TRUE(recorder.stop(1s));
  EXPECT_EQ(store->spans().size(), 1u);
  EXPECT_TRUE(dumps().empty());
  may_go_on = true;
  wait_for(1);
  set_exporter_factory(before);
}

TEST_F(DumpOnSignal, AForkedChildTakesNoHarmAndMayHaveItsOwn) {
  SKIP_IF_A_CHILD_MAY_NOT_ALLOCATE();
  Recording recording(options());
  test::expect_in_child([&] {
    raise(SIGUSR2);  // its parent's handler, and no thread
    RecorderOptions own = options();
    own.region_directory = directory.path();
    Recorder recorder = Recorder::start(std::move(own));
    CHILD_EXPECT(recorder);
    raise(SIGUSR2);
    const std::string name = "/dump-" + std::to_string(getpid()) + "-";
    const auto has_own = [&] {
      const auto all = dumps();
      return std::any_of(all.begin(), all.end(), [&](const std::string& path) {
        return path.find(name) != std::string::npos;
      });
    };
    while (!has_own()) std::this_thread::yield();
    (void)recorder.stop(5s);
  });
  const std::size_t before = dumps().size();
  ASSERT_EQ(raise(SIGUSR2), 0);
  wait_for(before + 1);
}

}  // namespace
}  // namespace nanospan
