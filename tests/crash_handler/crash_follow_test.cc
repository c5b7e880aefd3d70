// A process that crashes under the eyes of those who follow it: they tell what `export` tells.
#include <sys/resource.h>

#include <map>

#include "nanospan/crash_handler.h"
#include "support/live_process.h"

namespace nanospan::test {
namespace {

using Json = nlohmann::json;

int* volatile nowhere = nullptr;

__attribute__((noinline)) void dereference_null() {
  *nowhere = 1;
}

void crash_when_told(LiveProcess::Ready ready) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (!install_crash_handler()) _exit(3);
  { NANOSPAN_SCOPE(span, "before"); }
  NANOSPAN_SCOPE(request, "request");
  NANOSPAN_SCOPE(work, "work");
  ready.wait();
  dereference_null();
}

class CrashFollow : public CommandTest {
 protected:
  // By name; each is there once.
  static std::map<std::string, Json> spans_in(const std::string& otlp_lines) {
    std::map<std::string, Json> spans;
    std::istringstream lines(otlp_lines);
    for (std::string text; std::getline(lines, text);) {
      const Json traces = Json::parse(text);
      for (const Json& resource_spans : traces["resourceSpans"])
        for (const Json& scope_spans : resource_spans["scopeSpans"])
          for (const Json& span : scope_spans["spans"])
            EXPECT_TRUE(spans.emplace(span["name"], span).second) << span;
    }
    return spans;
  }
  // The crash is on the span that was current and on no other, in functions and lines.
  static void expect_crash(const std::map<std::string, Json>& spans) {
    ASSERT_TRUE(spans.contains("before") && spans.contains("request") && spans.contains("work"));
    EXPECT_FALSE(spans.at("before").contains("events"));
    EXPECT_FALSE(spans.at("request").contains("events"));
    const Json& work = spans.at("work");
    ASSERT_EQ(work["events"].size(), 1u) << work;
    EXPECT_EQ(work["events"][0]["name"], "exception");
    const std::string text = work["events"][0].dump();
    EXPECT_NE(text.find("SIGSEGV"), std::string::npos) << text;
    EXPECT_NE(text.find("dereference_null"), std::string::npos) << text;
    EXPECT_NE(text.find("crash_follow_test.cc:"), std::string::npos) << text;
  }
};

TEST_F(CrashFollow, ExportAndViewThatFollowTellTheCrash) {
  LiveProcess process(directory(), crash_when_told);
  const std::string pid = std::to_string(process.pid());
  Background exported(line("export " + pid + " --follow 2>said"));
  Background viewed(line("view " + pid + " --follow 2>shown"));
  std::string spans = exported.next_line() + "\n";
  EXPECT_EQ(spans_in(spans).count("before"), 1u);
  EXPECT_NE(viewed.next_line(), "");
  process.go_on();
  process.wait_for_end();
  spans += exported.rest();
  EXPECT_EQ(exported.wait(), tools::kOk);
  expect_crash(spans_in(spans));
  EXPECT_NE(read("said").find("Process " + pid +
                              " crashed (SIGSEGV: address not mapped, at 0x0); "
                              "2 spans that had not ended were written as unfinished."),
            std::string::npos)
      << read("said");
  EXPECT_EQ(run("export . -q -o whole.jsonl").code, tools::kOk);
  const auto whole = spans_in(read("whole.jsonl"));
  EXPECT_EQ(spans_in(spans).at("work")["events"][0]["attributes"],
            whole.at("work")["events"][0]["attributes"]);
  EXPECT_NE(viewed.rest().find("work"), std::string::npos);
  EXPECT_EQ(viewed.wait(), tools::kOk);
  EXPECT_NE(read("shown").find("crashed (SIGSEGV"), std::string::npos) << read("shown");
}

TEST_F(CrashFollow, CollectKeepsTheCrashOfARegionThatItRemoves) {
  LiveProcess process(directory(), crash_when_told);
  const std::string pid = std::to_string(process.pid());
  Background collector(line("collect . -o out.jsonl --remove 2>&1"));
  EXPECT_NE(collector.next_line().find("Collecting from"), std::string::npos);
  process.go_on();
  process.wait_for_end();
  const std::string said = collector.next_line();
  EXPECT_NE(said.find("Process " + pid +
                      " crashed (SIGSEGV: address not mapped, at 0x0): 3 spans "
                      "collected, 2 of them unfinished"),
            std::string::npos)
      << said;
  EXPECT_EQ(collector.end(SIGTERM), tools::kOk);
  expect_crash(spans_in(read("out.jsonl")));
  EXPECT_EQ(run("inspect 2>&1").code, tools::kNothingFound) << "it is removed";
}

}  // namespace
}  // namespace nanospan::test
