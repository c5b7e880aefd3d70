// The collector: every span once, whatever happens to it and to those who record.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <latch>
#include <random>
#include <thread>

#include "support/collecting.h"

namespace nanospan::tools {
namespace {

using test::Background;
using test::Collect;
using test::kSpans;
using test::LiveProcess;
using test::record_numbers;
using test::with_large_rings;

// Another each time, or NANOSPAN_TEST_SEED, which a failure names.
unsigned seed() {
  const char* const given = std::getenv("NANOSPAN_TEST_SEED");
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                          : std::random_device{}();
}

TEST_F(Collect, HasEverySpanOnceThoughItIsKilledAgainAndAgain) {
  const unsigned seeded = seed();
  SCOPED_TRACE("NANOSPAN_TEST_SEED=" + std::to_string(seeded));
  LiveProcess process(
      directory(),
      [](LiveProcess::Ready ready) {
        NANOSPAN_SCOPE(service, "service");
        ready.wait();
        for (int piece = 0; piece < 100; ++piece) {  // while it is read, and its reader killed
          record_numbers(piece * kSpans / 200, (piece + 1) * kSpans / 200);
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        ready.wait();
        record_numbers(kSpans / 2, kSpans);
        ready.wait_for_ever();
      },
      with_large_rings());
  std::mt19937 random(seeded);
  const auto kill_some = [&] {
    for (int i = 0; i < 8; ++i) {
      Background collector(collecting("-q"));
      // A moment, not a wait: at any of them the file must come out the same.
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
      EXPECT_EQ(collector.end(SIGKILL), 128 + SIGKILL);
    }
  };
  process.go_on();
  kill_some();
  process.wait_until_ready();
  process.go_on();
  kill_some();
  process.wait_until_ready();
  process.kill();
  kill_some();
  Background collector(collecting());
  // A killed one may have got as far as this.
  if (names_in(read("out.jsonl")).count("service") == 0) wait_for(collector, "is gone");
  EXPECT_EQ(collector.end(SIGTERM), kOk);
  EXPECT_EQ(counts(), std::vector<int>(kSpans, 1));
  EXPECT_EQ(names_in(read("out.jsonl")).count("service"), 1u);
}

// A collector that dies between its export and its checkpoint, step by step as it would.
TEST_F(Collect, KnowsWhatItHadWrittenThoughTheRingHasForgottenIt) {
  RecorderOptions small;
  small.ring_bytes_initial = small.ring_bytes_max = 16u << 10;
  LiveProcess process(
      directory(),
      [](LiveProcess::Ready ready) {
        record_numbers(0, 10);
        ready.wait();
        record_numbers(10, 20);
        ready.wait();
        record_numbers(1000, 2000);
        ready.wait_for_ever();
      },
      small);
  EXPECT_EQ(run_once(collecting()), kOk);
  const auto before = nlohmann::json::parse(read("out.jsonl.checkpoint"));
  const std::string file_before = read("out.jsonl");
  process.go_on();
  process.wait_until_ready();
  EXPECT_EQ(run_once(collecting()), kOk);
  const auto after = nlohmann::json::parse(read("out.jsonl.checkpoint"));
  const std::string file = read("out.jsonl");
  const std::string region = after["regions"].begin().key();
  auto died = before;
  died["pending"] = after["regions"][region];
  died["pending"]["region"] = region;
  const auto die_with = [&](const std::string& content) {
    write("out.jsonl", content);
    write("out.jsonl.checkpoint", died.dump());
    EXPECT_EQ(run_once(collecting()), kOk);
    const std::vector<int> found = counts();
    return std::vector<int>(found.begin(), found.begin() + 20);
  };
  const std::vector<int> each_once(20, 1);
  EXPECT_EQ(die_with(file_before), each_once) << "before it wrote";
  EXPECT_EQ(die_with(file.substr(0, file.size() - 1)), each_once) << "while it wrote";
  EXPECT_EQ(die_with(file), each_once) << "behind it";
  process.go_on();
  process.wait_until_ready();
  EXPECT_EQ(die_with(file), each_once) << "and its ring has gone round";
  const std::vector<int> found = counts();
  EXPECT_EQ(std::count(found.begin() + 1900, found.begin() + 2000, 1), 100);
  EXPECT_EQ(std::count_if(found.begin(), found.end(), [](int times) { return times > 1; }), 0);
}

TEST_F(Collect, GoesOnBehindItsCheckpointThroughAnExporter) {
  LiveProcess process(directory(), [](LiveProcess::Ready ready) {
    record_numbers(0, 10);
    ready.wait();
    record_numbers(10, 20);
    ready.wait_for_ever();
  });
  const std::string arguments = "collect . --exporter otlp/stdout --checkpoint place 2>&1";
  EXPECT_EQ(run_once(line(arguments + " >first.jsonl")), kOk);
  process.go_on();
  process.wait_until_ready();
  EXPECT_EQ(run_once(line(arguments + " >second.jsonl")), kOk);
  std::vector<int> found = counts("first.jsonl", 20);
  EXPECT_EQ(std::count(found.begin(), found.begin() + 10, 1), 10);
  found = counts("second.jsonl", 20);
  EXPECT_EQ(std::count(found.begin(), found.begin() + 10, 0), 10);
  EXPECT_EQ(std::count(found.begin() + 10, found.end(), 1), 10);
}

TEST_F(Collect, ExportsThroughTheExporterThatIsNamed) {
  (void)record_and_die(0, 10);
  int number = 0;
  const auto output_of = [&](const std::string& exporter) {
    const std::string place = "place" + std::to_string(++number);
    EXPECT_EQ(run_once(line("collect . --checkpoint " + place + " --exporter " + exporter +
                            " 2>&1 >out.jsonl")),
              kOk);
    return read("out.jsonl");
  };
  EXPECT_EQ(names_in(output_of("otlp/stdout")).count("work"), 10u);
  EXPECT_NE(output_of("console").find("work"), std::string::npos);
  EXPECT_EQ(output_of("otlp/file"), "");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory()))
    if (entry.path().filename().string().starts_with("collected-"))
      files += names_in(read(entry.path().filename())).count("work") == 10 ? 1u : 0u;
  EXPECT_EQ(files, 1u);
  for (const char* const wrong : {"none", "carrier-pigeon"}) {
    const test::Ran ran =
        run(std::string("collect . --checkpoint x --exporter ") + wrong + " 2>&1");
    EXPECT_EQ(ran.code, kUsage) << wrong;
    EXPECT_NE(ran.out.find("otlp/stdout"), std::string::npos) << ran.out;
  }
}

TEST_F(Collect, ReadsTheRestOfAProcessThatStopsInOrder) {
  Background collector(collecting("--remove"));
  LiveProcess process(directory(), [](LiveProcess::Ready ready) {
    record_numbers(0, 10);
    ready.wait();
    record_numbers(10, 1000);
  });
  const std::string pid = std::to_string(process.pid());
  process.go_on();
  process.wait_for_end();
  wait_for(collector, "Process " + pid + " is gone: 1,000 spans collected, 0 of them unfinished");
  EXPECT_EQ(collector.end(SIGTERM), kOk);
  EXPECT_EQ(regions(), 0u);
  EXPECT_EQ(counts("out.jsonl", 1000), std::vector<int>(1000, 1));
}

TEST_F(Collect, KeepsARegionAsLongAsItIsToldTo) {
  (void)record_and_die(0, 10);
  LiveProcess alive(directory(), [](LiveProcess::Ready ready) { ready.wait_for_ever(); });
  for (const char* const options : {"", "--keep-age 1h", "--keep-age 24h --keep-count 1"}) {
    EXPECT_EQ(run_once(collecting(options)), kOk);
    EXPECT_EQ(regions(), 2u) << options;
  }
  EXPECT_EQ(run_once(collecting("--keep-age 1us")), kOk);
  EXPECT_EQ(regions(), 1u) << "the living one's";
  EXPECT_EQ(names_in(read("out.jsonl")).count("work"), 10u) << "once, whoever removed it";
}

TEST_F(Collect, FollowsProcessesAsTheyComeAndRemovesWhatItRecovered) {
  Background collector(collecting("--remove"));
  for (int round = 0; round < 3; ++round) {
    const std::string pid = record_and_die(round * 10, round * 10 + 10);
    wait_for(collector, "Process " + pid + " is gone: 11 spans collected, 1 of them unfinished");
  }
  EXPECT_EQ(collector.end(SIGTERM), kOk);
  EXPECT_EQ(regions(), 0u);
  EXPECT_EQ(names_in(read("out.jsonl")).count("work"), 30u);
  EXPECT_EQ(names_in(read("out.jsonl")).count("open"), 3u);
}

TEST_F(Collect, KeepsSoManyDeadRegionsAndEveryLiveOne) {
  Background collector(collecting("--keep-count 2"));
  LiveProcess alive(directory(), [](LiveProcess::Ready ready) { ready.wait_for_ever(); });
  for (int round = 0; round < 4; ++round) {
    LiveProcess process(directory(), [](LiveProcess::Ready ready) { ready.wait_for_ever(); });
    const std::string pid = std::to_string(process.pid());
    process.kill();
    wait_for(collector, "Process " + pid + " is gone");
  }
  EXPECT_EQ(collector.end(SIGTERM), kOk);
  EXPECT_EQ(regions(), 3u);
}

// Of several threads, unread when the signal comes: more than one region's turn.
TEST_F(Collect, WritesAllThatHadEndedWhenItsSignalCame) {
  RecorderOptions options = with_large_rings();
  options.budget_bytes = 256u << 20;
  LiveProcess process(
      directory(),
      [](LiveProcess::Ready ready) {
        std::vector<std::thread> threads;
        std::latch all(4);  // none leaves its lane to another
        for (int i = 0; i < 4; ++i)
          threads.emplace_back([&all] {
            for (int k = 0; k < 100'000; ++k) {
              NANOSPAN_SCOPE(span, "step");
            }
            all.arrive_and_wait();
          });
        for (std::thread& thread : threads) thread.join();
        ready.wait_for_ever();
      },
      options);
  Background collector(line("collect . -o /dev/null --checkpoint place 2>&1"));
  wait_for(collector, "Collecting from");
  collector.send(SIGTERM);
  wait_for(collector, "400,000 spans collected, 0 processes ended, 0 overwritten");
  EXPECT_EQ(collector.wait(), kOk);
}

TEST_F(Collect, DeliversMoreDeadProcessesThanItMayHaveDescriptors) {
  constexpr int kProcesses = 60;
  for (int i = 0; i < kProcesses; ++i) (void)record_and_die(i, i + 1);
  const std::string few = "ulimit -n 48; ";
  EXPECT_EQ(run_once(few + collecting()), kOk);
  EXPECT_EQ(names_in(read("out.jsonl")).count("open"), std::size_t{kProcesses});
  EXPECT_EQ(counts("out.jsonl", kProcesses), std::vector<int>(kProcesses, 1));
}

TEST_F(Collect, LetsTheLivingHaveTheirTurnWhileItRecovers) {
  LiveProcess dead(
      directory(),
      [](LiveProcess::Ready ready) {
        record_numbers(0, 40'000);
        ready.wait_for_ever();
      },
      with_large_rings());
  const std::string dead_pid = std::to_string(dead.pid());
  dead.kill();
  LiveProcess alive(directory(), [](LiveProcess::Ready ready) {
    { NANOSPAN_SCOPE(span, "alive"); }
    ready.wait_for_ever();
  });
  Background collector(collecting());
  wait_for(collector, "Process " + dead_pid + " is gone");
  EXPECT_EQ(collector.end(SIGTERM), kOk);
  const std::string file = read("out.jsonl");
  ASSERT_NE(file.find("\"alive\""), std::string::npos);
  EXPECT_LT(file.find("\"alive\""), file.rfind("\"work\""));
}

}  // namespace
}  // namespace nanospan::tools
