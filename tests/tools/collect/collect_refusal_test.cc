// The collector where its output, its checkpoint or a region refuses: nothing is lost, and it is
// said.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "support/collecting.h"

namespace nanospan::tools {
namespace {

using test::Background;
using test::Collect;
using test::LiveProcess;
using test::record_numbers;

TEST_F(Collect, KeepsARegionWhoseExportIsRefusedAndDeliversItLater) {
  Background collector("trap '' XFSZ; " + collecting("--remove"));
  const std::string first = record_and_die(0, 10);
  wait_for(collector, "Process " + first + " is gone");
  while (regions() != 0) std::this_thread::yield();
  const rlimit no_byte_more{1, RLIM_INFINITY};
  EXPECT_EQ(prlimit(collector.pid(), RLIMIT_FSIZE, &no_byte_more, nullptr), 0);
  const std::string second = record_and_die(10, 20);
  wait_for(collector, "can't be written");
  EXPECT_EQ(regions(), 1u);
  const rlimit no_limit{RLIM_INFINITY, RLIM_INFINITY};
  EXPECT_EQ(prlimit(collector.pid(), RLIMIT_FSIZE, &no_limit, nullptr), 0);
  wait_for(collector, "The exports go on.");
  wait_for(collector, "Process " + second + " is gone: 11 spans collected, 1 of them unfinished");
  EXPECT_EQ(collector.end(SIGTERM), kOk);
  EXPECT_EQ(regions(), 0u);
  const std::vector<int> found = counts();
  EXPECT_EQ(std::count(found.begin(), found.begin() + 20, 1), 20);
}

TEST_F(Collect, LeavesWhatItCouldNotExportToTheNextOne) {
  (void)record_and_die(0, 10);
  const std::string arguments = "collect . --remove --checkpoint place --exporter otlp/stdout 2>&1";
  EXPECT_EQ(run_once(line(arguments + " >/dev/full")), kOutputFailed);
  EXPECT_EQ(regions(), 1u);
  EXPECT_EQ(run_once(line(arguments + " >out.jsonl")), kOk);
  EXPECT_EQ(regions(), 0u);
  const std::vector<int> found = counts();
  EXPECT_EQ(std::count(found.begin(), found.begin() + 10, 1), 10);
}

TEST_F(Collect, EndsWhenWhoeverReadsAlongHasLeft) {
  (void)record_and_die(0, 10);
  Background collector(line("collect . --exporter otlp/stdout -q 2>said") + " | true");
  EXPECT_EQ(collector.wait(), 0);
  EXPECT_EQ(read("said"), "") << "it is no failure";
  EXPECT_EQ(regions(), 1u);
}

TEST_F(Collect, GoesOnExportingWhereItsCheckpointCanNotBeWritten) {
  LiveProcess process(directory(), [](LiveProcess::Ready ready) {
    for (int i = 0;; ++i) {
      record_numbers(i, i + 1);
      ready.wait();
    }
  });
  std::filesystem::create_directory(directory() + "/sub");
  Background collector(line("collect . --exporter otlp/stdout --checkpoint sub/place 2>said"));
  EXPECT_EQ(names_in(collector.next_line()).count("work"), 1u);
  std::filesystem::rename(directory() + "/sub", directory() + "/away");
  for (int i = 0; i < 3; ++i) {
    process.go_on();
    process.wait_until_ready();
    EXPECT_EQ(names_in(collector.next_line()).count("work"), 1u);
  }
  EXPECT_EQ(collector.end(SIGTERM), kOk);
  const std::string said = read("said");
  EXPECT_NE(said.find("sub/place can't be written"), std::string::npos) << said;
  EXPECT_EQ(said.find("can't be written"), said.rfind("can't be written")) << "once a minute";
  EXPECT_EQ(said.find("The exports go on"), std::string::npos) << "they never stopped";
}

TEST_F(Collect, SaysWhatItsOutputRefusesThoughItIsQuiet) {
  (void)record_and_die(0, 10);
  Background collector(
      line("collect . -q --checkpoint place --exporter otlp/stdout 2>&1 >/dev/full"));
  wait_for(collector, "could not be exported");
  collector.send(SIGTERM);
  EXPECT_EQ(collector.rest(), "");
  EXPECT_EQ(collector.wait(), kOutputFailed);
}

TEST_F(Collect, KeepsWhatOthersHaveAppended) {
  (void)record_and_die(0, 10);
  EXPECT_EQ(run_once(collecting()), kOk);
  const std::string appended = "{\"resourceSpans\":[]}\n";
  const std::string file = read("out.jsonl") + appended;
  write("out.jsonl", file);
  EXPECT_EQ(run_once(collecting()), kOk);
  EXPECT_EQ(read("out.jsonl"), file);
  // The same behind a collector that was killed within an export.
  auto died = nlohmann::json::parse(read("out.jsonl.checkpoint"));
  died["output_bytes"] = 0;
  died["pending"] = died["regions"].begin().value();
  died["pending"]["region"] = died["regions"].begin().key();
  write("out.jsonl.checkpoint", died.dump());
  EXPECT_EQ(run("collect . -o out.jsonl 2>&1").code, kOutputFailed);
  EXPECT_EQ(read("out.jsonl"), file);
}

TEST_F(Collect, TakesNoCheckpointForNone) {
  (void)record_and_die(0, 10);
  std::filesystem::create_symlink("round", directory() + "/round");
  const test::Ran ran = run("collect . -o out.jsonl --checkpoint round 2>&1");
  EXPECT_EQ(ran.code, kUnreadable);
  EXPECT_NE(ran.out.find("round can't be read"), std::string::npos) << ran.out;
}

TEST_F(Collect, WritesItsCheckpointThroughNobodysLink) {
  write("precious", "mine");
  std::filesystem::create_symlink("precious", directory() + "/place.part");
  EXPECT_EQ(run("collect . -o out.jsonl --checkpoint place 2>&1").code, kOutputFailed);
  EXPECT_EQ(read("precious"), "mine");
}

TEST_F(Collect, SaysWhichDeadRegionItCanNotClaim) {
  (void)record_and_die(0, 10);
  std::filesystem::create_directory(directory() + "/sub");
  for (const auto& entry : std::filesystem::directory_iterator(directory()))
    if (entry.path().extension() == ".nspan")
      std::filesystem::create_symlink(entry.path(),
                                      directory() + "/sub/" + entry.path().filename().string());
  Background collector(line("collect sub -o out.jsonl 2>&1"));
  wait_for(collector, "it can't be claimed");
  EXPECT_EQ(collector.end(SIGTERM), kOk);
  EXPECT_EQ(read("out.jsonl"), "");
}

TEST_F(Collect, SaysThatItsDirectoryIsGone) {
  std::filesystem::create_directory(directory() + "/sub");
  Background collector(line("collect sub -o out.jsonl 2>&1"));
  wait_for(collector, "Collecting from");
  std::filesystem::remove(directory() + "/sub");
  wait_for(collector, "sub can't be read");
  EXPECT_EQ(collector.end(SIGTERM), kOk);
}

TEST_F(Collect, RefusesWhatCanNotWork) {
  EXPECT_EQ(run("collect . 2>&1").code, kUsage);
  EXPECT_EQ(run("collect . -o a --exporter console 2>&1").code, kUsage);
  EXPECT_EQ(run("collect . -o a --keep-age soon 2>&1").code, kUsage);
  EXPECT_EQ(run("collect . -o a --keep-count -1 2>&1").code, kUsage) << "not as good as infinite";
  EXPECT_EQ(run("collect . -o '' 2>&1").code, kUsage);
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
