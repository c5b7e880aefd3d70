// The command on processes that run: spans in flight, the last seconds.
#include <gtest/gtest.h>

#include <filesystem>
#include <latch>
#include <map>
#include <thread>

#include "support/live_process.h"
#include "terminal/text.h"

namespace nanospan::tools {
namespace {

using test::Background;
using test::LiveProcess;
using test::Ran;

class Live : public test::CommandTest {};

TEST_F(Live, InspectListsEverySpanInFlightWithThreadAgeAndAttributes) {
  LiveProcess process(directory(), [](LiveProcess::Ready ready) {
    std::vector<Span> spans;
    for (int i = 0; i < 40; ++i) spans.push_back(NANOSPAN_SPAN("job", {}));
    spans[7].set_attribute("queue", "slow");
    NANOSPAN_SCOPE(outer, "outer");
    outer.set_attribute("user", 7);
    outer.set_attribute("path", "/tasks/\x1b[2J");
    NANOSPAN_SCOPE(inner, "inner");
    ready.wait_for_ever();
  });
  const std::string pid = std::to_string(process.pid());
  const auto facts = nlohmann::json::parse(run("inspect " + pid + " --json").out);
  ASSERT_EQ(facts["in_flight"].size(), 42u);
  std::size_t scoped = 0;
  for (const auto& span : facts["in_flight"]) {
    if (span["name"] == "job") {
      EXPECT_EQ(span["thread_id"], 0);
      continue;
    }
    ++scoped;
    EXPECT_EQ(span["thread_id"], process.pid());
    if (span["name"] == "outer") {
      EXPECT_EQ(span["attributes"]["user"], 7);
      EXPECT_EQ(span["attributes"]["path"], "/tasks/\x1b[2J");
    }
  }
  EXPECT_EQ(scoped, 2u);
  const Ran text = run("inspect " + pid);
  EXPECT_NE(text.out.find("user=7"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("queue=slow"), std::string::npos) << text.out;
  EXPECT_EQ(text.out.find("\x1b"), std::string::npos) << text.out;
  std::istringstream lines(text.out.substr(text.out.find("In flight\n")));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 80u) << line;
}

// Ages spans by their end times, so that no test has to wait.
TEST_F(Live, ExportsTheLastSecondsAlone) {
  LiveProcess process(directory(), [](LiveProcess::Ready ready) {
    const auto ago = [](int seconds) {
      return std::chrono::system_clock::now() - std::chrono::seconds(seconds);
    };
    {
      Span old = NANOSPAN_SPAN("old", {}, {.start_time = ago(3601)});
      old.end(ago(3600));
    }
    { NANOSPAN_SCOPE(recent, "recent"); }
    NANOSPAN_SCOPE(running, "running");
    ready.wait_for_ever();
  });
  const std::string pid = std::to_string(process.pid());
  const auto names = [&](const std::string& arguments) {
    EXPECT_EQ(run("export " + arguments + " -q --force -o out.jsonl").code, kOk);
    return names_in(read("out.jsonl"));
  };
  const std::multiset<std::string> all{"old", "recent", "running"}, some{"recent", "running"};
  EXPECT_EQ(names(pid), all);
  EXPECT_EQ(names(pid + " --last 10m"), some);
  EXPECT_EQ(names(pid + " --last 2h"), all);
  EXPECT_EQ(names(pid + " --last 0s"), std::multiset<std::string>{"running"});
  const auto report = nlohmann::json::parse(
      run("export " + pid + " --last 600000ms --json --force -o out.jsonl").out);
  EXPECT_EQ(report["inputs"][0]["too_old"], 1);
  EXPECT_EQ(report["spans"], 2);
  EXPECT_EQ(run("view " + pid + " --last 10m --list").out.find("old"), std::string::npos);
  process.kill();
  EXPECT_EQ(names(pid + " --last 10m"), some);
  EXPECT_EQ(names(pid), all);
  ASSERT_EQ(run("export " + pid + " -q -o all.jsonl").code, kOk);
  EXPECT_EQ(names("all.jsonl --last 10m"), some);
}

void record(const char* phase, int spans) {
  for (int i = 0; i < spans; ++i) {
    NANOSPAN_SCOPE(span, "step");
    span.update_name(phase);
  }
}

TEST_F(Live, FollowsSpansAsTheyEndUntilInterrupted) {
  LiveProcess process(directory(), [](LiveProcess::Ready ready) {
    record("before", 3);
    ready.wait();
    record("during", 2);
    ready.wait_for_ever();
  });
  const std::string pid = std::to_string(process.pid());
  Background exported(line("export " + pid + " --follow -q"));
  Background viewed(line("view " + pid + " --follow -q"));
  EXPECT_EQ(names_in(exported.next_line()).count("before"), 3u);
  for (int i = 0; i < 3; ++i) EXPECT_NE(viewed.next_line().find("before"), std::string::npos);
  process.go_on();
  process.wait_until_ready();
  EXPECT_EQ(names_in(exported.next_line()).count("during"), 2u);
  for (int i = 0; i < 2; ++i) EXPECT_NE(viewed.next_line().find("during"), std::string::npos);
  EXPECT_EQ(exported.end(SIGINT), kOk);
  EXPECT_EQ(viewed.end(SIGTERM), kOk);
  EXPECT_EQ(exported.rest() + viewed.rest(), "");
}

TEST_F(Live, FollowsUntilTheProcessDiesAndWritesWhatItLeftOpen) {
  LiveProcess process(directory(), [](LiveProcess::Ready ready) {
    NANOSPAN_SCOPE(outer, "outer");
    record("before", 1);
    ready.wait_for_ever();
  });
  const std::string pid = std::to_string(process.pid());
  Background exported(line("export " + pid + " --follow 2>said"));
  EXPECT_EQ(names_in(exported.next_line()), std::multiset<std::string>{"before"});
  process.kill();
  EXPECT_EQ(names_in(exported.next_line()), std::multiset<std::string>{"outer"});
  EXPECT_EQ(exported.wait(), kOk);
  EXPECT_NE(read("said").find("Process " + pid + " is gone; 1 span that had not ended was written"),
            std::string::npos)
      << read("said");
}

TEST_F(Live, AFollowerThatWasLappedSaysWhatItLost) {
  constexpr int kSpans = 5000;
  RecorderOptions small;
  small.ring_bytes_initial = small.ring_bytes_max = 16u << 10;
  LiveProcess process(
      directory(),
      [](LiveProcess::Ready ready) {
        record("first", 1);
        ready.wait();
        record("storm", kSpans);
        ready.wait_for_ever();
      },
      small);
  const std::string pid = std::to_string(process.pid());
  Background exported(line("export " + pid + " --follow 2>said"));
  EXPECT_EQ(names_in(exported.next_line()).size(), 1u);
  exported.stop();
  process.go_on();
  process.wait_until_ready();
  exported.send(SIGCONT);
  process.kill();
  const std::size_t read_spans = names_in(exported.rest()).size();
  EXPECT_EQ(exported.wait(), kOk);
  EXPECT_GT(read_spans, 0u);
  EXPECT_LT(read_spans, kSpans);
  EXPECT_NE(read("said").find(format_count(kSpans - read_spans) + " spans of process " + pid +
                              " were overwritten"),
            std::string::npos)
      << read_spans << "\n"
      << read("said");
}

TEST_F(Live, AFollowedFileGrowsUnderItsNameAndIsNotReplacedUnasked) {
  LiveProcess process(directory(), [](LiveProcess::Ready ready) {
    record("before", 1);
    ready.wait();
  });
  const std::string pid = std::to_string(process.pid());
  const std::string arguments = "export " + pid + " --follow -q -o out.jsonl";
  Background exported(line(arguments));
  process.go_on();
  process.wait_for_end();
  EXPECT_EQ(exported.wait(), kOk);
  EXPECT_EQ(names_in(read("out.jsonl")).count("before"), 1u);
  LiveProcess other(directory(), [](LiveProcess::Ready ready) { ready.wait_for_ever(); });
  EXPECT_EQ(run("export " + std::to_string(other.pid()) + " --follow -o out.jsonl 2>&1").code,
            kOutputFailed);
  EXPECT_EQ(run("export out.jsonl --follow 2>&1").code, kUsage);
}

// Spans that end while they are looked for: each of them is there, and so is its parent.
TEST_F(Live, ExportsWholeTreesOfAProcessThatRecordsMeanwhile) {
  RecorderOptions options;
  options.ring_bytes_initial = options.ring_bytes_max = 2u << 20;  // of 32,768 slots
  LiveProcess process(
      directory(),
      [](LiveProcess::Ready ready) {
        ready.wait();
        { NANOSPAN_SCOPE(first, "first"); }
        ready.wait();
        for (int number = 0; number < 8'000; ++number) {
          NANOSPAN_SCOPE(outer, "outer");
          for (int i = 0; i < 3; ++i) {
            NANOSPAN_SCOPE(inner, "inner");
          }
          // For a third of a second in all.
          const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(40);
          while (std::chrono::steady_clock::now() < until) {
          }
        }
        ready.wait_for_ever();
      },
      options);
  process.go_on();
  process.wait_until_ready();
  process.go_on();
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(
        run("export " + std::to_string(process.pid()) + " --last 1h -q --force -o out.jsonl").code,
        kOk);
    std::map<std::string, int> children;
    std::set<std::string> ids;
    std::uint64_t orphans = 0;
    std::istringstream lines(read("out.jsonl"));
    for (std::string text; std::getline(lines, text);) {
      const auto traces = nlohmann::json::parse(text);
      for (const auto& span : traces["resourceSpans"][0]["scopeSpans"][0]["spans"]) {
        EXPECT_TRUE(ids.insert(span["spanId"]).second) << "twice";
        if (span.contains("parentSpanId")) ++children[span["parentSpanId"]];
      }
    }
    std::size_t whole = 0;
    for (const auto& [parent, count] : children) {
      orphans += ids.count(parent) == 0;
      whole += count == 3;
    }
    EXPECT_EQ(orphans, 0u) << "of " << ids.size();
    EXPECT_GE(whole + 1, children.size()) << "only the last may be without some";
  }
}

TEST_F(Live, FollowsToTheMomentOfItsSignal) {
  RecorderOptions options;
  options.ring_bytes_initial = options.ring_bytes_max = 8u << 20;
  options.budget_bytes = 256u << 20;
  LiveProcess process(
      directory(),
      [](LiveProcess::Ready ready) {
        std::vector<std::thread> threads;
        std::latch all(4);  // none leaves its lane to another
        for (int i = 0; i < 4; ++i)
          threads.emplace_back([&all] {
            record("step", 50'000);
            all.arrive_and_wait();
          });
        for (std::thread& thread : threads) thread.join();
        ready.wait_for_ever();
      },
      options);
  Background exported(
      line("export " + std::to_string(process.pid()) + " --follow --json -o out.pb"));
  while (!std::filesystem::exists(directory() + "/out.pb")) std::this_thread::yield();
  exported.send(SIGINT);
  const auto report = nlohmann::json::parse(exported.rest());
  EXPECT_EQ(exported.wait(), kOk);
  EXPECT_EQ(report["spans"], 200'000);
}

TEST_F(Live, FollowsTheRegionsOfADirectoryWhateverElseIsThere) {
  LiveProcess process(directory(), [](LiveProcess::Ready ready) {
    record("step", 3);
    ready.wait_for_ever();
  });
  process.kill();
  write("other.jsonl", "{}\n");
  EXPECT_EQ(names_in(run("export . --follow -q").out).count("step"), 3u);
  write("1-0123456789abcdef.nspan", "no region");
  const test::Ran ran = run("export . --follow -q");
  EXPECT_EQ(ran.code, kUnreadable);
  EXPECT_EQ(names_in(ran.out).count("step"), 3u);
}

TEST_F(Live, ReplacesNoFileUntilThereIsSomethingToFollow) {
  write("out.jsonl", "precious");
  write("other.jsonl", "{}\n");
  write("1-0123456789abcdef.nspan", "no region");
  for (const char* const input : {"other.jsonl", "1-0123456789abcdef.nspan"}) {
    EXPECT_NE(run(std::string("export --follow --force -o out.jsonl 2>&1 ") + input).code, kOk);
    EXPECT_EQ(read("out.jsonl"), "precious") << input;
    EXPECT_NE(run(std::string("export --follow -o new.jsonl 2>&1 ") + input).code, kOk);
    EXPECT_FALSE(std::filesystem::exists(directory() + "/new.jsonl")) << input;
  }
  EXPECT_EQ(run("view . --follow 2>&1").code, kUnreadable);
  std::filesystem::remove(directory() + "/1-0123456789abcdef.nspan");
  EXPECT_EQ(run("view . --follow 2>&1").code, kNothingFound);
}

TEST_F(Live, SaysThatStandardOutputIsFull) {
  LiveProcess process(directory(), [](LiveProcess::Ready ready) {
    record("step", 3);
    ready.wait_for_ever();
  });
  const std::string pid = std::to_string(process.pid());
  for (const char* const command : {"inspect", "inspect --json", "view", "view --json",
                                    "view --list", "view --follow", "export --force -o x --json"}) {
    const Ran ran = run(std::string(command) + " " + pid + " 2>&1 >/dev/full");
    EXPECT_EQ(ran.code, kOutputFailed) << command;
    EXPECT_NE(ran.out.find("Standard output can't be written"), std::string::npos) << command;
  }
}

TEST_F(Live, RefusesWhatDoesNotGoWithFollowing) {
  for (const char* const wrong : {"view . -F --list", "view . -F -t 1", "export . -F --everything"})
    EXPECT_EQ(run(std::string(wrong) + " 2>&1").code, kUsage) << wrong;
}

TEST_F(Live, RefusesWhatIsNoDuration) {
  for (const char* const wrong : {"10", "s", "ten", "10d", "-1s", "1e400s"})
    EXPECT_EQ(run(std::string("export . --last ") + wrong + " 2>&1").code, kUsage) << wrong;
  const Ran ran = run("export . --last 10 2>&1");
  EXPECT_NE(ran.out.find("'10' is no duration; give a number and us, ms, s, m or h"),
            std::string::npos)
      << ran.out;
  EXPECT_EQ(run("export - --last 10s < /dev/null 2>&1").code, kUsage);
}

}  // namespace
}  // namespace nanospan::tools
