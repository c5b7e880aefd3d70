// What a crash leaves is delivered by the next start: real processes, killed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "nanospan/exporters/otlp_file_exporter.h"
#include "support/log_lines.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::PrivateDirectory;
using test::Recording;

constexpr auto kLong = std::chrono::seconds(30);

// Runs `body` in a child; how it ended.
int run_child(const std::function<void()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(0);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

bool was_killed(int status) {
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

class Refusing final : public Exporter {
 public:
  ExportResult export_batch(const SpanBatch&, Deadline) override { return ExportResult::kFailure; }
  std::string describe() const override { return "one that refuses"; }
};

class Recover : public ::testing::Test {
 protected:
  RecorderOptions options(const std::string& service = "shop") const {
    RecorderOptions made;
    made.service_name = service;
    made.region_directory = regions_.path();
    made.ring_bytes_initial = made.ring_bytes_max;  // nothing is overwritten
    return made;
  }
  RecorderOptions into_file(const std::string& name) const {
    RecorderOptions made = options();
    auto exporter = make_otlp_file_exporter({.path = files_.file(name)});
    EXPECT_TRUE(exporter) << exporter.error();
    made.exporters.push_back(std::move(*exporter));
    return made;
  }
  // A process that ends `count` spans, numbered from `first`, leaves two open, and dies.
  void crash(std::int64_t first, int count, const std::string& service = "shop") const {
    const int status = run_child([&] {
      RecorderOptions made = options(service);
      made.drain.enabled = false;
      const Recorder recorder = Recorder::start(std::move(made));
      if (!recorder) _exit(1);
      record(first, count);
      NANOSPAN_SCOPE(outer, "outer");
      outer.set_attribute("pid", std::int64_t{getpid()});
      NANOSPAN_SCOPE(inner, "inner");
      kill(getpid(), SIGKILL);
    });
    ASSERT_TRUE(was_killed(status)) << status;
  }
  static void record(std::int64_t first, int count) {
    for (std::int64_t number = first; number < first + count; ++number) {
      NANOSPAN_SCOPE(span, "numbered");
      span.set_attribute("number", number);
    }
  }
  std::size_t regions() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(regions_.path()))
      ++count;
    return count;
  }
  // How often each number is in the OTLP files.
  std::map<std::int64_t, int> numbers_in_files() const {
    std::map<std::int64_t, int> found;
    for (const auto& file : std::filesystem::directory_iterator(files_.path())) {
      std::ifstream in(file.path());
      for (std::string line; std::getline(in, line);) {
        const auto traces = nlohmann::json::parse(line, nullptr, false);
        if (!traces.is_discarded()) count_numbers(traces, found);  // SIGKILL may cut the last line
      }
    }
    return found;
  }
  static void count_numbers(const nlohmann::json& json, std::map<std::int64_t, int>& found) {
    if (json.is_object() && json.value("key", "") == "number")
      ++found[std::stoll(json["value"]["intValue"].get<std::string>())];
    if (json.is_structured())
      for (const auto& part : json) count_numbers(part, found);
  }

  PrivateDirectory regions_, files_;
};

std::vector<std::int64_t> numbers(const std::vector<SpanData>& spans) {
  std::vector<std::int64_t> all;
  for (const SpanData& span : spans)
    if (const auto* number = span.find_attribute("number")) all.push_back(number->number);
  return all;
}

std::vector<std::int64_t> from_to(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> all;
  for (; first <= last; ++first) all.push_back(first);
  return all;
}

TEST_F(Recover, FinishedAndOpenSpansOfAKilledProcessAtTheNextStart) {
  crash(1, 100);
  ASSERT_EQ(regions(), 1u);
  const test::LogLines log;
  Recording recording(options());
  { NANOSPAN_SCOPE(span, "own"); }
  EXPECT_EQ(numbers(recording.spans("numbered")), from_to(1, 100));
  const SpanData outer = recording.span("outer"), inner = recording.span("inner");
  EXPECT_TRUE(outer.unfinished);
  EXPECT_TRUE(inner.unfinished);
  EXPECT_EQ(inner.parent_span_id, outer.span_id);
  EXPECT_GE(outer.end_unix_ns, inner.start_unix_ns);
  EXPECT_EQ(outer.end_unix_ns, inner.end_unix_ns);
  const SpanData own = recording.span("own");
  EXPECT_LE(outer.end_unix_ns, own.start_unix_ns);
  EXPECT_FALSE(own.unfinished);
  // Each with the process that recorded it.
  const std::string dead = "process.pid=" + std::to_string(outer.find_attribute("pid")->number);
  EXPECT_NE(test::shown(*outer.resource).find(dead), std::string::npos);
  EXPECT_EQ(test::shown(*own.resource).find(dead), std::string::npos);

  EXPECT_EQ(regions(), 1u) << "its own";
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.started, 1u);
  EXPECT_EQ(sum.delivered, 1u);
  EXPECT_EQ(sum.recovered_spans, 102u);
  EXPECT_EQ(sum.recovered_regions, 1u);
  EXPECT_EQ(sum.recover_failed, 0u);
  EXPECT_EQ(log.count_with(
                "Recovered 102 spans, 2 of them unfinished, from 1 region of a dead process in "),
            1)
      << log.text();
}

TEST_F(Recover, OpenSpansAsErrorsInTheOtlpFile) {
  crash(1, 3);
  {
    Recorder recorder = Recorder::start(into_file("all.jsonl"));
    ASSERT_TRUE(recorder.flush(kLong));
  }
  std::ifstream in(files_.file("all.jsonl"));
  std::string finished_line, open_line;
  std::getline(in, finished_line);
  std::getline(in, open_line);
  const auto spans = nlohmann::json::parse(open_line)["resourceSpans"][0]["scopeSpans"][0]["spans"];
  EXPECT_EQ(spans.size(), 2u);
  for (const auto& span : spans) {
    EXPECT_EQ(span["status"]["code"], 2) << span;
    EXPECT_NE(span.dump().find("nanospan.unfinished"), std::string::npos) << span;
  }
  EXPECT_EQ(finished_line.find("nanospan.unfinished"), std::string::npos);
}

TEST_F(Recover, SaysNothingWhereNothingIsLeft) {
  const test::LogLines log;
  Recording recording(options());
  recording.flush();
  EXPECT_EQ(log.count_with("dead"), 0) << log.text();
  EXPECT_EQ(recording.accounting().recovered_regions, 0u);
}

TEST_F(Recover, LeavesOtherServicesAndLiveProcessesAlone) {
  crash(1, 10, "other");
  int ready[2], done[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(done), 0);
  const pid_t live = fork();
  if (live == 0) {
    RecorderOptions made = options();
    made.drain.enabled = false;
    const Recorder recorder = Recorder::start(std::move(made));
    record(1000, 5);
    // What other code does with the file must not matter.
    close(dup(::open(recorder.region_path().c_str(), O_RDWR)));
    char byte = '!';
    if (::write(ready[1], &byte, 1) != 1 || ::read(done[0], &byte, 1) != 1) _exit(1);
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  {
    Recording recording(options());
    EXPECT_TRUE(recording.spans().empty());
    EXPECT_EQ(regions(), 3u);
  }
  ASSERT_EQ(::write(done[1], &byte, 1), 1);
  waitpid(live, nullptr, 0);
  for (const int fd : {ready[0], ready[1], done[0], done[1]}) close(fd);
  EXPECT_EQ(regions(), 2u);
  Recording recording(options());
  EXPECT_EQ(numbers(recording.spans()), from_to(1000, 1004)) << "it ended without a stop";
}

TEST_F(Recover, IsSwitchedOffByOptionAndEnvironment) {
  crash(1, 10);
  {
    RecorderOptions made = options();
    made.recover_on_start = false;
    Recording recording(std::move(made));
    EXPECT_TRUE(recording.spans().empty());
  }
  setenv("NANOSPAN_RECOVER", "false", 1);
  {
    Recording recording(options());
    EXPECT_TRUE(recording.spans().empty());
  }
  unsetenv("NANOSPAN_RECOVER");
  setenv("OTEL_TRACES_EXPORTER", "none", 1);
  {
    Recorder recorder = Recorder::start(options());
    EXPECT_TRUE(recorder.flush(kLong));
  }
  unsetenv("OTEL_TRACES_EXPORTER");
  EXPECT_EQ(regions(), 1u);
  Recording recording(options());
  EXPECT_EQ(recording.spans().size(), 12u);
}

TEST_F(Recover, KeepsWhatAnExporterRefuses) {
  crash(1, 10);
  crash(11, 10);
  const test::LogLines log;
  {
    RecorderOptions made = options();
    made.exporters.push_back(std::make_shared<Refusing>());
    Recorder recorder = Recorder::start(std::move(made));
    ASSERT_TRUE(recorder) << recorder.error();
    EXPECT_TRUE(recorder.flush(kLong));
    const Accounting sum = recorder.accounting();
    EXPECT_EQ(sum.recover_failed, 2u);
    EXPECT_EQ(sum.recovered_spans, 0u);
    EXPECT_EQ(sum.refused, 0u);
  }
  EXPECT_EQ(log.count_with("2 regions of dead processes"), 1) << log.text();
  EXPECT_EQ(regions(), 2u);
  Recording recording(options());
  EXPECT_EQ(numbers(recording.spans()), from_to(1, 20));
  EXPECT_EQ(regions(), 1u);
}

TEST_F(Recover, GivesTheExportersUpAfterSomeFailures) {
  for (int i = 0; i < 6; ++i) crash(10 * i, 1);
  RecorderOptions made = options();
  made.exporters.push_back(std::make_shared<Refusing>());
  Recorder recorder = Recorder::start(std::move(made));
  EXPECT_TRUE(recorder.flush(kLong));
  EXPECT_EQ(recorder.accounting().recover_failed, 3u);
}

TEST_F(Recover, IgnoresGarbageWithOneLine) {
  std::ofstream(regions_.file("1-0123456789abcdef.nspan")) << std::string(9000, 'x');
  std::ofstream(regions_.file("2-0123456789abcdef.nspan")) << "NANOSPAN";
  crash(1, 3);
  const test::LogLines log;
  Recording recording(options());
  EXPECT_EQ(recording.spans().size(), 5u);
  EXPECT_EQ(log.count_with("2 files in " + regions_.path() + " can't be recovered"), 1)
      << log.text();
  EXPECT_EQ(regions(), 3u);
}

TEST_F(Recover, EachRegionOnceIfSeveralStartTogether) {
  constexpr int kCrashes = 12, kStarts = 4;
  for (int i = 0; i < kCrashes; ++i) crash(100 * i, 50);
  int gate[2];
  ASSERT_EQ(pipe(gate), 0);
  std::vector<pid_t> starts;
  for (int i = 0; i < kStarts; ++i) {
    starts.push_back(fork());
    if (starts.back() != 0) continue;
    close(gate[1]);
    char byte;
    if (::read(gate[0], &byte, 1) != 0) _exit(1);  // until the parent has closed its end
    Recorder recorder = Recorder::start(into_file("start" + std::to_string(i) + ".jsonl"));
    _exit(recorder && recorder.flush(kLong) && recorder.stop(kLong) ? 0 : 1);
  }
  close(gate[0]);
  close(gate[1]);
  for (const pid_t start : starts) {
    int status = -1;
    waitpid(start, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const auto found = numbers_in_files();
  EXPECT_EQ(found.size(), kCrashes * 50u);
  for (const auto& [number, times] : found) EXPECT_EQ(times, 1) << number;
  EXPECT_EQ(regions(), 0u);
}

TEST_F(Recover, LosesNothingInALoopOfCrashes) {
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round)
    ASSERT_TRUE(was_killed(run_child([&] {
      // A file each: the last line of one that dies may be cut.
      const Recorder recorder = Recorder::start(into_file(std::to_string(round) + ".jsonl"));
      record(100 * round, 100);
      kill(getpid(), SIGKILL);  // in the middle of whatever its drain does
    })));
  {
    Recorder recorder = Recorder::start(into_file("all.jsonl"));
    ASSERT_TRUE(recorder.flush(kLong));
  }
  const auto found = numbers_in_files();
  EXPECT_EQ(found.size(), kRounds * 100u);
  EXPECT_EQ(regions(), 0u);
}

// Passes on what it is given, and dies within the call of its second batch.
class Dying final : public Exporter {
 public:
  explicit Dying(std::unique_ptr<Exporter> next) : next_(std::move(next)) {}
  ExportResult export_batch(const SpanBatch& batch, Deadline deadline) override {
    const ExportResult result = next_->export_batch(batch, deadline);
    if (++batches_ == 2) kill(getpid(), SIGKILL);
    return result;
  }
  std::string describe() const override { return "one that dies"; }

 private:
  std::unique_ptr<Exporter> next_;
  int batches_ = 0;
};

TEST_F(Recover, RepeatsNoMoreThanTheBatchThatWasNotAnsweredFor) {
  constexpr int kSpans = 3000;
  crash(0, kSpans);
  ASSERT_TRUE(was_killed(run_child([&] {
    RecorderOptions made = into_file("all.jsonl");
    made.exporters[0] = std::make_shared<Dying>(
        std::move(*make_otlp_file_exporter({.path = files_.file("all.jsonl")})));
    Recorder recorder = Recorder::start(std::move(made));
    recorder.flush(kLong);
  })));
  {
    Recorder recorder = Recorder::start(into_file("all.jsonl"));
    ASSERT_TRUE(recorder.flush(kLong));
  }
  std::size_t twice = 0;
  const auto found = numbers_in_files();
  EXPECT_EQ(found.size(), std::size_t{kSpans});
  for (const auto& [number, times] : found) {
    EXPECT_LE(times, 2) << number;
    twice += times == 2;
  }
  EXPECT_GT(twice, 0u);
  EXPECT_LE(twice, 1024u);
}

TEST_F(Recover, DeliversItsOwnSpansMeanwhile) {
  for (int i = 0; i < 5; ++i) crash(1'000'000 + 10'000 * i, 3000);
  Recording recording(options());
  record(0, 5000);
  const auto all = numbers(recording.spans("numbered"));
  EXPECT_EQ(all.size(), 5u * 3000 + 5000);
  const Accounting sum = recording.expect_balanced_at_rest();
  EXPECT_EQ(sum.delivered, 5000u);
  EXPECT_EQ(sum.recovered_regions, 5u);
}

TEST_F(Recover, WhatAStopWithoutADrainLeft) {
  {
    RecorderOptions made = options();
    made.drain.enabled = false;
    Recorder recorder = Recorder::start(std::move(made));
    record(1, 10);
  }
  ASSERT_EQ(regions(), 1u);
  Recording recording(options());
  EXPECT_EQ(numbers(recording.spans()), from_to(1, 10));
}

}  // namespace
}  // namespace nanospan
