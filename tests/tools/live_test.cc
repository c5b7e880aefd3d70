// The command on processes that run: spans in flight, the last seconds.
#include <gtest/gtest.h>

#include "support/live_process.h"
#include "text.h"

namespace nanospan::tools {
namespace {

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
      SpanOptions options;
      options.start_time = ago(3601);
      Span old = NANOSPAN_SPAN("old", {}, options);
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

TEST_F(Live, RefusesWhatIsNoDuration) {
  for (const char* const wrong : {"10", "s", "ten", "10d", "-1s", "1e400s"})
    EXPECT_EQ(run(std::string("export . --last ") + wrong + " 2>&1").code, kUsage) << wrong;
  EXPECT_EQ(run("export - --last 10s < /dev/null 2>&1").code, kUsage);
}

}  // namespace
}  // namespace nanospan::tools
