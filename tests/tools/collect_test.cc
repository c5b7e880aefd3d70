// The collector: every span once, whatever happens to it and to those who record.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <thread>

#include "support/live_process.h"

namespace nanospan::tools {
namespace {

using test::Background;
using test::LiveProcess;

constexpr int kSpans = 20'000;

void record_numbers(int from, int to) {
  for (int number = from; number < to; ++number) {
    NANOSPAN_SCOPE(span, "work");
    span.set_attribute("number", number);
  }
}

RecorderOptions with_large_rings() {
  RecorderOptions options;
  options.ring_bytes_initial = options.ring_bytes_max = 8u << 20;
  return options;
}

class Collect : public test::CommandTest {
 protected:
  // Its remarks are the output that a test waits for.
  [[nodiscard]] std::string collecting(const std::string& options = "") const {
    return line("collect . -o out.jsonl " + options + " 2>&1 >/dev/null");
  }
  static void wait_for(Background& collector, const std::string& remark) {
    std::string text = collector.next_line();
    while (!text.empty() && text.find(remark) == std::string::npos) text = collector.next_line();
    EXPECT_NE(text, "") << remark;
  }
  // How often each number of "work" is in the file.
  [[nodiscard]] std::vector<int> counts() const {
    std::vector<int> found(kSpans);
    std::istringstream lines(read("out.jsonl"));
    for (std::string text; std::getline(lines, text);) {
      const auto traces = nlohmann::json::parse(text);
      for (const auto& resource_spans : traces["resourceSpans"])
        for (const auto& scope_spans : resource_spans["scopeSpans"])
          for (const auto& span : scope_spans["spans"])
            for (const auto& attribute : span.value("attributes", nlohmann::json::array()))
              if (attribute["key"] == "number")
                ++found.at(std::stoul(attribute["value"]["intValue"].get<std::string>()));
    }
    return found;
  }
  [[nodiscard]] std::size_t regions() const {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory()))
      files += entry.path().extension() == ".nspan" ? 1u : 0u;
    return files;
  }
};

TEST_F(Collect, HasEverySpanOnceThoughItIsKilledAgainAndAgain) {
  LiveProcess process(
      directory(),
      [](LiveProcess::Ready ready) {
        NANOSPAN_SCOPE(service, "service");
        ready.wait();
        record_numbers(0, kSpans / 2);
        ready.wait();
        record_numbers(kSpans / 2, kSpans);
        ready.wait_for_ever();
      },
      with_large_rings());
  std::mt19937 random(std::random_device{}());
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

TEST_F(Collect, FollowsProcessesAsTheyComeAndRemovesWhatItRecovered) {
  Background collector(collecting("--remove"));
  for (int round = 0; round < 3; ++round) {
    LiveProcess process(directory(), [round](LiveProcess::Ready ready) {
      record_numbers(round * 10, round * 10 + 10);
      NANOSPAN_SCOPE(open, "open");
      ready.wait_for_ever();
    });
    const std::string pid = std::to_string(process.pid());
    process.kill();
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

TEST_F(Collect, RefusesWhatCanNotWork) {
  EXPECT_EQ(run("collect . 2>&1").code, kUsage);
  EXPECT_EQ(run("collect . -o a --exporter console 2>&1").code, kUsage);
  EXPECT_EQ(run("collect . -o a --keep-age soon 2>&1").code, kUsage);
  EXPECT_EQ(run("collect missing -o a 2>&1").code, kUnreadable);
  EXPECT_EQ(run("collect . -o missing/a --checkpoint b 2>&1").code, kOutputFailed);
  LiveProcess process(directory(), [](LiveProcess::Ready ready) { ready.wait_for_ever(); });
  Background collector(collecting());
  process.kill();
  wait_for(collector, "is gone");
  EXPECT_EQ(run("collect . -o out.jsonl 2>&1").code, kUnreadable) << "the other one is at it";
  EXPECT_EQ(collector.end(SIGINT), kOk);
}

}  // namespace
}  // namespace nanospan::tools
