// How far the reading of a region is, and the bar on a terminal that shows it.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "input/reading.h"
#include "inspect/region_facts.h"
#include "support/live_process.h"
#include "support/on_terminal.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

class Nowhere final : public SpanSink {
 public:
  bool take(const SpanBatch&) override { return true; }
  bool take(const OtlpPiece&) override { return true; }
};

// The region of a dead process: 16,384 slots, overwritten more than twice.
void leave_a_full_ring(const test::PrivateDirectory& directory) {
  RecorderOptions options;
  options.ring_bytes_initial = options.ring_bytes_max = 1u << 20;
  test::LiveProcess process(
      directory.path(),
      [](test::LiveProcess::Ready ready) {
        for (int i = 0; i < 40'000; ++i) {
          NANOSPAN_SCOPE(span, "step");
        }
        ready.wait_for_ever();
      },
      options);
  process.kill();
}

TEST(Progress, OfADeadRegionEndsWhereItsWriterDid) {
  const test::PrivateDirectory directory;
  leave_a_full_ring(directory);
  const auto inputs = find_inputs({directory.path()}).inputs;
  ASSERT_EQ(inputs.size(), 1u);
  std::uint64_t calls = 0, done_before = 0, spans_before = 0, total_at_first = 0;
  ReadOptions reading;
  reading.on_progress = [&](std::uint64_t done, std::uint64_t total, std::uint64_t spans) {
    if (calls++ == 0) total_at_first = total;
    EXPECT_EQ(total, total_at_first);
    EXPECT_GE(done, done_before);
    EXPECT_GE(spans, spans_before);
    EXPECT_LE(done, total);
    done_before = done;
    spans_before = spans;
  };
  Nowhere sink;
  const ReadResult result = read_input(inputs[0], reading, sink);
  EXPECT_EQ(result.code, kOk);
  EXPECT_GT(calls, 2u);
  EXPECT_EQ(done_before, total_at_first);
  EXPECT_EQ(spans_before, result.report.spans);
}

TEST(Progress, OfAnInspectionCountsWhatTheRingStillHolds) {
  const test::PrivateDirectory directory;
  leave_a_full_ring(directory);
  const auto file = recovery::RegionFile::open(find_inputs({directory.path()}).inputs.at(0).path);
  ASSERT_TRUE(file) << file.error();
  std::uint64_t calls = 0, done_before = 0, total_before = 0;
  (void)collect_facts(*file, [&](std::uint64_t done, std::uint64_t total, std::uint64_t) {
    if (calls++ == 0) {
      EXPECT_LT(done, total / 2);
    }
    done_before = done;
    total_before = total;
  });
  EXPECT_GT(calls, 2u);
  EXPECT_EQ(total_before, 16'384u);
  EXPECT_EQ(done_before, total_before);
}

// What stands between two erasures of the line.
std::vector<std::string> drawings(const std::string& screen) {
  const std::string erase = "\r\x1b[K";
  std::vector<std::string> found;
  for (std::size_t at = screen.find(erase); at != std::string::npos;) {
    const std::size_t begin = at + erase.size();
    at = screen.find(erase, begin);
    found.push_back(screen.substr(begin, at == std::string::npos ? at : at - begin));
  }
  return found;
}

TEST(Progress, StaysInOneLineOfANarrowTerminalAndIsGoneBeforeWhatIsSaid) {
  const test::PrivateDirectory directory;
  const std::string pipe = directory.file("a-name-that-is-long-enough-to-be-cut.jsonl");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  test::OnTerminal command(
      "exec " NANOSPAN_COMMAND " export - -o " + directory.file("out.jsonl") + " <" + pipe, 40);
  std::ofstream input(pipe);
  const std::string line =
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0123456789abcdef0123456789abcdef",)"
      R"("spanId":"0123456789abcdef","name":"s"}]}]}]})";
  // Until the bar has been drawn; it is not for what takes a moment.
  std::thread feed([&] {
    while (input << line << std::endl) {
      if (std::filesystem::exists(directory.file("seen"))) break;
    }
    input << "damage\n" << line << std::endl;
    input.close();
  });
  std::string screen;
  for (std::string piece = command.next(); !piece.empty(); piece = command.next()) {
    screen += piece;
    if (screen.find("spans") != std::string::npos) std::ofstream(directory.file("seen")) << "bar";
  }
  feed.join();
  EXPECT_EQ(command.wait(), kDamaged);
  const std::vector<std::string> drawn = drawings(screen);
  ASSERT_GT(drawn.size(), 1u) << screen;
  for (std::size_t i = 0; i + 1 < drawn.size(); ++i) {
    EXPECT_LT(display_width(drawn[i]), 40u) << drawn[i];
    EXPECT_EQ(drawn[i].find("skipped"), std::string::npos) << drawn[i];
  }
  EXPECT_EQ(drawn.back().find("standard input: line "), 0u) << drawn.back();
}

TEST(Progress, OfACollectorIsSeenWhileItRecovers) {
  const test::PrivateDirectory directory;
  RecorderOptions options;
  options.ring_bytes_initial = options.ring_bytes_max = 8u << 20;
  test::OnTerminal collector(
      "exec " NANOSPAN_COMMAND " collect " + directory.path() + " -o " + directory.file("out.pb"),
      60);
  std::string screen = collector.next();
  // It is not for what takes a moment: until there was one that took longer.
  while (screen.find("Recovering") == std::string::npos) {
    test::LiveProcess process(
        directory.path(),
        [](test::LiveProcess::Ready ready) {
          for (int i = 0; i < 100'000; ++i) {
            NANOSPAN_SCOPE(span, "step");
          }
          ready.wait_for_ever();
        },
        options);
    process.kill();
    screen.clear();
    while (screen.find("is gone") == std::string::npos) {
      const std::string piece = collector.next();
      ASSERT_NE(piece, "") << "it ended";
      screen += piece;
    }
  }
  EXPECT_EQ(collector.end(SIGTERM), kOk);
  const std::vector<std::string> drawn = drawings(screen);
  ASSERT_GT(drawn.size(), 1u) << screen;
  EXPECT_NE(drawn.front().find("%"), std::string::npos) << screen;
  EXPECT_EQ(drawn.back().find("nanospan: Process"), 0u) << screen;
}

}  // namespace
}  // namespace nanospan::tools
