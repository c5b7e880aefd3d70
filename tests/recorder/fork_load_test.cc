// Forks of every kind while other threads record at full load.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

#include "support/forked_child.h"
#include "support/recording.h"

extern char** environ;

namespace nanospan {
namespace {

using test::exit_status;
using test::forked;
using test::PrivateDirectory;
using test::Recording;

constexpr int kWriters = 3;

// A fork under a sanitizer takes a quarter of a second; all of them want more.
std::size_t forks(std::size_t usual) {
  if (sizeof(SANITIZER) > 1) return usual / 5;
  const char* const level = std::getenv("NANOSPAN_TEST_LEVEL");
  return level != nullptr && std::strcmp(level, "all") == 0 ? usual * 10 : usual;
}

// Counts what comes, by whether it may come from this process.
class Counts final : public Exporter {
 public:
  ExportResult export_batch(const SpanBatch& batch, Deadline) override {
    for (const SpanView span : batch) ++(span.name() == "of a child" ? children_ : own_);
    return ExportResult::kSuccess;
  }
  std::string describe() const override { return "counts"; }
  std::uint64_t own() const { return own_; }
  std::uint64_t of_children() const { return children_; }

 private:
  std::atomic<std::uint64_t> own_{0}, children_{0};
};

void record_as_child() {
  NANOSPAN_SCOPE(span, "of a child");
  Span job = NANOSPAN_SPAN("of a child", {});
  job.set_attribute("k", 1);
}

// Scoped and detached spans, short and with a text that takes a page, until told to end.
class Writers {
 public:
  Writers() {
    for (std::uint64_t& count : counts_) threads_.emplace_back([this, &count] { write(count); });
  }
  // How many spans they have started.
  std::uint64_t end() {
    done_.store(true, std::memory_order_relaxed);
    for (std::thread& thread : threads_) thread.join();
    std::uint64_t sum = 0;
    for (const std::uint64_t count : counts_) sum += count;
    return sum;
  }

 private:
  void write(std::uint64_t& count) const {
    const std::string text(2000, 'x');
    for (; !done_.load(std::memory_order_relaxed); count += 2) {
      NANOSPAN_SCOPE(span, "work");
      if (count % 256 == 0) span.set_attribute("text", text);
      Span job = NANOSPAN_SPAN("job", {});
      job.set_attribute("k", 1);
    }
  }
  std::atomic<bool> done_{false};
  std::uint64_t counts_[kWriters] = {};
  std::vector<std::thread> threads_;
};

RecorderOptions small_rings(std::shared_ptr<Counts> counts) {
  RecorderOptions options;
  options.ring_bytes_initial = 16u << 10;  // they grow while children are forked
  options.exporters = {std::move(counts)};
  return options;
}

pid_t spawned() {
  char name[] = "true";
  char* const arguments[] = {name, nullptr};
  pid_t child = -1;
  EXPECT_EQ(posix_spawn(&child, "/bin/true", nullptr, nullptr, arguments, environ), 0);
  return child;
}

pid_t forked_raw() {
  const auto child = static_cast<pid_t>(syscall(SYS_fork));
  if (child != 0) return child;
  record_as_child();
  _exit(0);
}

pid_t vforked() {
  const pid_t child = vfork();
  if (child == 0) _exit(0);
  return child;
}

pid_t forked_twice(const std::function<void()>& work) {
  return forked([&] {
    if (const int inner = exit_status(forked(work)); inner != 0) _exit(inner);
  });
}

pid_t forked_to_exec() {
  return forked([] { execl("/bin/true", "true", static_cast<char*>(nullptr)); });
}

// The parent loses nothing, and gets nothing of its children.
void expect_whole(Recording& recording, const Counts& counts, std::uint64_t started) {
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.started, started);
  EXPECT_EQ(sum.lost(), 0u);
  EXPECT_EQ(sum.committed, started);
  EXPECT_EQ(counts.own(), sum.delivered);
  EXPECT_EQ(sum.refused + sum.damaged + sum.unexported, 0u);
  EXPECT_EQ(counts.of_children(), 0u);
}

TEST(ForkUnderLoad, OfAnyKindCostsTheParentNothing) {
  const auto counts = std::make_shared<Counts>();
  PrivateDirectory directory;
  RecorderOptions options = small_rings(counts);
  options.region_directory = directory.path();
  Recording recording(std::move(options));
  record_as_child();  // its callsites are known
  recording.flush();
  ASSERT_EQ(counts->of_children(), 2u);
  const auto untraced = [&] {
    for (int i = 0; i < 100; ++i) record_as_child();
    CHILD_EXPECT(!test::has_open_file_in(directory.path()));
  };
  const std::function<pid_t()> kinds[] = {[&] { return forked(untraced); },
                                          [&] { return forked_twice(untraced); },
                                          forked_raw,
                                          forked_to_exec,
                                          spawned,
                                          vforked};
  Writers writers;
  for (std::size_t i = 0; i < forks(240); ++i)
    EXPECT_EQ(exit_status(kinds[i % std::size(kinds)]()), 0) << i % std::size(kinds);
  const std::uint64_t started = writers.end();
  EXPECT_GT(started, 0u);
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.started, started + 2);
  EXPECT_EQ(sum.lost(), 0u);
  EXPECT_EQ(counts->own() + 2, sum.delivered);
  EXPECT_EQ(sum.refused + sum.damaged + sum.unexported, 0u);
  EXPECT_EQ(counts->of_children(), 2u) << "A child's spans came out of its parent's recorder.";
}

TEST(ForkUnderLoad, ChildrenThatRecordHaveAllOfTheirs) {
  SKIP_IF_A_CHILD_MAY_NOT_ALLOCATE();
  const auto counts = std::make_shared<Counts>();
  PrivateDirectory directory;
  RecorderOptions options = small_rings(counts);
  options.region_directory = directory.path();
  // A search opens files of the directory, whenever it gets time: a child that is forked meanwhile
  // has them too.
  options.recover_on_start = false;
  const auto of_child = std::make_shared<Counts>();
  options.on_fork = [&](RecorderOptions& own) {
    own.exporters = {of_child};
    own.recover_on_start = false;
    own.ring_bytes_initial = 256u << 10;  // room for all, should its drain get no time
  };
  Recording recording(std::move(options));
  const auto records = [&] {
    for (int i = 0; i < 100; ++i) record_as_child();
    CHILD_EXPECT(recording.recorder().flush(std::chrono::seconds(30)));
    CHILD_EXPECT(of_child->of_children() == 200 && of_child->own() == 0);
    const Accounting sum = recording.recorder().accounting();
    CHILD_EXPECT(sum.started == 200 && sum.delivered == 200);
    CHILD_EXPECT(!test::has_open_file_in(directory.path()));
    CHILD_EXPECT(recording.recorder().stop(std::chrono::seconds(30)));
  };
  Writers writers;
  for (std::size_t i = 0; i < forks(60); ++i)
    EXPECT_EQ(exit_status(i % 4 == 0 ? forked_twice(records) : forked(records)), 0);
  expect_whole(recording, *counts, writers.end());
  EXPECT_EQ(test::files_in(directory.path()), 1u) << "A child has left its region.";
}

// The region's file and its lock are open for a moment at each start.
TEST(ForkUnderLoad, NoChildInheritsTheFileOfARegionThatIsBeingMade) {
  PrivateDirectory directory;
  std::atomic<bool> done{false};
  std::thread starts([&] {
    while (!done.load()) {
      RecorderOptions options;
      options.region_directory = directory.path();
      options.drain.enabled = false;
      Recorder recorder = Recorder::start(std::move(options));
      EXPECT_TRUE(recorder) << recorder.error();
    }
  });
  for (std::size_t i = 0; i < forks(200); ++i)
    test::expect_in_child([&] { CHILD_EXPECT(!test::has_open_file_in(directory.path())); });
  done.store(true);
  starts.join();
}

}  // namespace
}  // namespace nanospan
