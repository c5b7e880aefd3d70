// Dumps: what threads recorded before the call comes out, whole, and nobody notices.
#include "nanospan/dump.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "nanospan/exporters/memory_exporter.h"
#include "recorder/recorder_impl.h"
#include "support/forked_child.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using namespace std::chrono_literals;
using test::PrivateDirectory;
using test::Recording;

RecorderOptions without_drain() {
  RecorderOptions options;
  options.drain.enabled = false;
  return options;
}

struct Dumped {
  DumpReport report;
  std::vector<SpanData> spans;

  [[nodiscard]] std::vector<SpanData> named(std::string_view name) const {
    std::vector<SpanData> found;
    for (const SpanData& span : spans)
      if (span.name == name) found.push_back(span);
    return found;
  }
};

Dumped dump_to_memory(std::chrono::nanoseconds last) {
  const auto store = std::make_shared<SpanStore>();
  const auto exporter = make_memory_exporter(store);
  const Result<DumpReport> dumped = dump(*exporter, last);
  EXPECT_TRUE(dumped) << dumped.error();
  return {dumped ? *dumped : DumpReport{}, store->spans()};
}

// Names in OTLP JSON Lines; of those in flight with a '*'.
std::multiset<std::string> names_in(const std::string& path) {
  std::multiset<std::string> names;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto traces = nlohmann::json::parse(line);
    for (const auto& resource : traces["resourceSpans"])
      for (const auto& scope : resource["scopeSpans"])
        for (const auto& span : scope["spans"]) {
          const bool unfinished = span.dump().find("nanospan.unfinished") != std::string::npos;
          names.insert(span["name"].get<std::string>() + (unfinished ? "*" : ""));
        }
  }
  return names;
}

TEST(Dump, WritesWhatHasEndedAndWhatIsInFlightAsOtlp) {
  const PrivateDirectory directory;
  const std::string path = directory.file("a.jsonl");
  std::ofstream(path) << "what was there before\n";
  Recording recording;
  { NANOSPAN_SCOPE(ended, "ended"); }
  NANOSPAN_SCOPE(outer, "outer");
  Span detached = NANOSPAN_SPAN("detached", {});
  const auto dumped = dump(path, 1h);
  ASSERT_TRUE(dumped) << dumped.error();
  EXPECT_EQ(names_in(path), (std::multiset<std::string>{"detached*", "ended", "outer*"}));
  EXPECT_EQ(dumped->spans, 3u);
  EXPECT_EQ(dumped->unfinished, 2u);
  EXPECT_EQ(dumped->overwritten + dumped->damaged, 0u);
  EXPECT_EQ(dumped->whole / 1s, 3600);
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(Dump, KeepsAttributesOfSpansInFlightAndTheResource) {
  Recording recording(without_drain());
  NANOSPAN_SCOPE(outer, "outer");
  outer.set_attribute("long", std::string(9000, 'x'));  // beyond the slot and one page
  NANOSPAN_SCOPE(inner, "inner");
  const Dumped dumped = dump_to_memory(0s);
  ASSERT_EQ(dumped.named("outer").size(), 1u);
  const SpanData span = dumped.named("outer")[0];
  EXPECT_TRUE(span.unfinished);
  EXPECT_GE(span.end_unix_ns, span.start_unix_ns);
  EXPECT_EQ(span.find_attribute("long")->text, std::string(9000, 'x'));
  EXPECT_EQ(dumped.named("inner").at(0).parent_span_id.value, span.span_id.value);
  EXPECT_TRUE(std::any_of(span.resource->begin(), span.resource->end(),
                          [](const OwnedAttribute& one) { return one.key == "service.name"; }));
}

TEST(Dump, ConsumesNothing) {
  Recording recording;
  for (int i = 0; i < 100; ++i) {
    NANOSPAN_SCOPE(span, "once");
  }
  for (int i = 0; i < 3; ++i) EXPECT_EQ(dump_to_memory(1h).named("once").size(), 100u);
  EXPECT_EQ(recording.spans("once").size(), 100u);
  EXPECT_EQ(dump_to_memory(1h).named("once").size(), 100u) << "exported before";
  recording.expect_balanced_at_rest();
}

// Ages spans by the times that they are given, so that no test has to wait.
TEST(Dump, LeavesOutWhatEndedBefore) {
  Recording recording(without_drain());
  const auto ago = [](std::chrono::seconds age) { return std::chrono::system_clock::now() - age; };
  for (const auto age : {5s, 50s, 500s}) {
    Span span = NANOSPAN_SPAN("aged", {}, {.start_time = ago(age + 1s)});
    span.end(ago(age));
  }
  EXPECT_EQ(dump_to_memory(10s).spans.size(), 1u);
  EXPECT_EQ(dump_to_memory(100s).spans.size(), 2u);
  EXPECT_EQ(dump_to_memory(std::chrono::nanoseconds::max()).spans.size(), 3u);
  EXPECT_EQ(dump_to_memory(-1s).spans.size(), 0u);
}

TEST(Dump, SaysHowMuchTheRingHasLostOfALongerTime) {
  constexpr std::uint64_t kSpans = 5000;
  RecorderOptions options = without_drain();
  options.ring_bytes_initial = options.ring_bytes_max = 64u << 10;
  Recording recording(std::move(options));
  const auto began = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < kSpans; ++i) {
    NANOSPAN_SCOPE(span, "many");
  }
  const Dumped dumped = dump_to_memory(1h);
  EXPECT_EQ(dumped.spans.size(), 1024u);
  EXPECT_EQ(dumped.report.spans + dumped.report.overwritten, kSpans);
  EXPECT_GT(dumped.report.whole, 0ns);
  EXPECT_LT(dumped.report.whole, std::chrono::steady_clock::now() - began);
  EXPECT_EQ(dump_to_memory(dumped.report.whole / 2).report.overwritten, 0u);
}

// Nobody is lapped: no span may be missing, and no child without its parent.
TEST(Dump, IsWholeWhileThreadsRecord) {
  constexpr int kThreads = 2, kTrees = 30'000;  // one ring holds them all
  RecorderOptions options;
  options.ring_bytes_initial = options.ring_bytes_max = 8u << 20;
  Recording recording(std::move(options));
  std::atomic<int> running{kThreads};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kThreads; ++writer)
    writers.emplace_back([&] {
      for (int number = 0; number < kTrees; ++number) {
        NANOSPAN_SCOPE(outer, "outer");
        NANOSPAN_SCOPE(inner, "inner");
      }
      --running;
    });
  std::uint64_t orphans = 0;
  for (bool last = false; !last;) {
    last = running == 0;
    const Dumped dumped = dump_to_memory(1h);
    EXPECT_EQ(dumped.report.damaged, 0u);
    std::set<std::uint64_t> ids;
    for (const SpanData& span : dumped.spans)
      EXPECT_TRUE(ids.insert(span.span_id.value).second) << "twice";
    EXPECT_EQ(dumped.report.overwritten, 0u);
    for (const SpanData& span : dumped.spans)
      orphans += span.parent_span_id.is_valid() && ids.count(span.parent_span_id.value) == 0;
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(orphans, 0u);
  recording.expect_balanced_at_rest();
}

// Rings grow, wrap and are lapped: what is missing is counted.
TEST(Dump, IsNoticedByNoneOfThoseWhoRecordAndCallersMeanwhile) {
  constexpr int kThreads = 3, kCallers = 3, kDumpsEach = 8;
  RecorderOptions options;
  options.ring_bytes_initial = 64u << 10;
  options.ring_bytes_max = 256u << 10;
  Recording recording(std::move(options));
  std::atomic<bool> stop{false};
  std::atomic<std::int64_t> ended[kThreads] = {};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kThreads; ++writer)
    threads.emplace_back([&, writer] {
      for (std::int64_t number = 1; !stop.load(std::memory_order_relaxed); ++number) {
        NANOSPAN_SCOPE(span, "numbered");
        span.set_attribute("writer", writer);
        span.set_attribute("number", number);
        if (number % 5 == 0) span.set_attribute("text", std::string(300, char('a' + number % 26)));
        span.end();
        ended[writer].store(number, std::memory_order_release);
      }
    });
  const auto call = [&] {
    std::int64_t before[kThreads];
    for (int w = 0; w < kThreads; ++w) before[w] = ended[w].load(std::memory_order_acquire);
    const Dumped dumped = dump_to_memory(1h);
    EXPECT_EQ(dumped.report.damaged, 0u);
    EXPECT_EQ(dumped.report.spans, dumped.spans.size());
    std::map<std::int64_t, std::set<std::int64_t>> numbers;
    for (const SpanData& span : dumped.spans) {
      const OwnedAttribute* const writer = span.find_attribute("writer");
      const OwnedAttribute* const number = span.find_attribute("number");
      if (span.unfinished && (number == nullptr || writer == nullptr)) continue;
      ASSERT_TRUE(number != nullptr && writer != nullptr);
      EXPECT_TRUE(numbers[writer->number].insert(number->number).second) << "twice";
      const OwnedAttribute* const text = span.find_attribute("text");
      const bool has_text = number->number % 5 == 0;
      EXPECT_TRUE((text != nullptr) == has_text || span.unfinished);
      EXPECT_TRUE(text == nullptr ||
                  text->text == std::string(300, char('a' + number->number % 26)));
    }
    std::uint64_t missing = 0;
    for (const auto& [writer, all] : numbers) {
      EXPECT_GE(*all.rbegin(), before[writer]) << "ended before the call";
      missing += static_cast<std::uint64_t>(*all.rbegin()) - all.size();
    }
    EXPECT_LE(missing, dumped.report.overwritten);
  };
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller)
    callers.emplace_back([&] {
      for (int i = 0; i < kDumpsEach; ++i) call();
    });
  for (std::thread& caller : callers) caller.join();
  stop = true;
  for (std::thread& thread : threads) thread.join();
  recording.expect_balanced_at_rest();
}

TEST(Dump, MayMeetTheEndOfItsRecorder) {
  for (int round = 0; round < 20; ++round) {
    auto recording = std::make_unique<Recording>(without_drain());
    for (int i = 0; i < 3000; ++i) {
      NANOSPAN_SCOPE(span, "many");
    }
    std::atomic<bool> gone{false}, called{false};
    std::thread caller([&] {
      const auto store = std::make_shared<SpanStore>();
      const auto exporter = make_memory_exporter(store);
      for (bool last = false; !last; called = true) {
        last = gone;
        const auto dumped = dump(*exporter, 1h);
        if (dumped)
          EXPECT_EQ(dumped->spans, 3000u);
        else
          EXPECT_NE(dumped.error().find("no recorder runs"), std::string::npos) << dumped.error();
      }
    });
    while (!called) std::this_thread::yield();
    recording.reset();
    gone = true;
    caller.join();
  }
}

TEST(Dump, SaysWhyThereIsNone) {
  const PrivateDirectory directory;
  const auto why = [](const std::string& path) {
    const auto dumped = dump(path, 1s);
    EXPECT_FALSE(dumped) << path;
    return dumped.error();
  };
  const std::string path = directory.file("a.jsonl");
  EXPECT_NE(why(path).find("no recorder runs"), std::string::npos);
  {
    Recording recording(without_drain());
    EXPECT_NE(why("/nowhere/a.jsonl").find("/nowhere/a.jsonl"), std::string::npos);
    EXPECT_NE(why("").find("can't be written"), std::string::npos);
    EXPECT_NE(why(directory.path()).find("no regular file"), std::string::npos);
    EXPECT_NE(why("/dev/null").find("no regular file"), std::string::npos);
    const std::string long_name = directory.file(std::string(300, 'n'));
    EXPECT_NE(why(long_name).find("name a file"), std::string::npos);
  }
  EXPECT_NE(why(path).find("no recorder runs"), std::string::npos) << "after its end";
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(Dump, AForkedChildHasNoRecorderToDumpOf) {
  SKIP_IF_A_CHILD_MAY_NOT_ALLOCATE();
  const PrivateDirectory directory;
  Recording recording(without_drain());
  test::expect_in_child([&] { CHILD_EXPECT(!dump(directory.file("a.jsonl"), 1h)); });
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(Dump, LeavesNothingBehindOnAFullDisk) {
  const PrivateDirectory directory;
  const std::string path = directory.file("a.jsonl");
  std::ofstream(path) << "what was there before\n";
  Recording recording(without_drain());
  for (int i = 0; i < 3000; ++i) {
    NANOSPAN_SCOPE(span, "many");
  }
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto heard = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto dumped = dump(path, 1h);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, heard);
  ASSERT_FALSE(dumped);
  EXPECT_NE(dumped.error().find(path), std::string::npos) << dumped.error();
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
  std::string text;
  std::getline(std::ifstream(path), text);
  EXPECT_EQ(text, "what was there before");
}

class Refusing final : public Exporter {
 public:
  explicit Refusing(std::string reason = "") : reason_(std::move(reason)) {}
  ExportResult export_batch(const SpanBatch&, Deadline) override {
    if (throws) throw std::runtime_error("broken");
    if (throws_number) throw 42;
    return ExportResult::kFailure;
  }
  [[nodiscard]] std::string last_error() const override { return reason_; }
  [[nodiscard]] std::string describe() const override { return "nowhere"; }
  bool throws = false, throws_number = false;

 private:
  const std::string reason_;
};

TEST(Dump, SaysWhyAnExporterTookNothing) {
  Recording recording(without_drain());
  NANOSPAN_SCOPE(span, "one");
  const auto expect_said = [](Refusing& by, const char* why) {
    const auto dumped = dump(by, 1s);
    ASSERT_FALSE(dumped);
    EXPECT_NE(dumped.error().find(why), std::string::npos) << dumped.error();
  };
  Refusing refusing("not today"), silent;
  expect_said(refusing, "nowhere can't be written (not today)");
  expect_said(silent, "nowhere can't be written (the exporter refused a batch)");
  refusing.throws = true;
  expect_said(refusing, "broken");
  silent.throws_number = true;
  expect_said(silent, "of an unknown type");
}

// What set_exporter_factory() was given may have no exporter of files.
TEST(Dump, NeedsSomebodyWhoWritesFiles) {
  const ExporterFactory before = find_exporter_factory();
  const PrivateDirectory directory;
  Recording recording(without_drain());
  for (const ExporterFactory without : {ExporterFactory{}, ExporterFactory{[](const auto&) {
                                          return Result<std::unique_ptr<Exporter>>(nullptr);
                                        }}}) {
    set_exporter_factory(without);
    const auto dumped = dump(directory.file("a.jsonl"), 1s);
    set_exporter_factory(before);
    ASSERT_FALSE(dumped);
    EXPECT_NE(dumped.error().find("nobody writes OTLP files"), std::string::npos);
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

}  // namespace
}  // namespace nanospan
