// Real deaths, and what the command makes of what they leave.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "memory_group.h"
#include "support/log_lines.h"
#include "support/recording.h"
#include "terminal/exit_code.h"

namespace nanospan::test {
namespace {

using nlohmann::json;

// Its standard output and errors go nowhere. Returns what waitpid() says.
int run(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const int nowhere = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2; ++fd) dup2(nowhere, fd);
    execv(argv[0], argv.data());
    _exit(127);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

// All spans of an OTLP/JSON file.
std::vector<json> spans_in(const std::string& path) {
  std::vector<json> spans;
  std::istringstream lines(file_text(path));
  for (std::string line; std::getline(lines, line);) {
    const json batch = json::parse(line);
    for (const json& resource : batch.at("resourceSpans"))
      for (const json& scope : resource.at("scopeSpans"))
        for (const json& span : scope.at("spans")) spans.push_back(span);
  }
  return spans;
}

const json* attribute_of(const json& span, const std::string& key) {
  if (!span.contains("attributes")) return nullptr;
  for (const json& attribute : span.at("attributes"))
    if (attribute.at("key") == key) return &attribute.at("value");
  return nullptr;
}

bool is_marked_unfinished(const json& span) {
  const json* const unfinished = attribute_of(span, "nanospan.unfinished");
  return unfinished != nullptr && unfinished->value("boolValue", false);
}

class Death : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::vector<std::string> program = {DEATH_PROGRAM, directory_.path(), GetParam()};
    std::optional<MemoryGroup> small;
    if (GetParam() == std::string_view("out of memory")) {
      if (!small.emplace(64u << 20).exists())
        GTEST_SKIP() << "This process may not make a control group that limits memory.";
      program.push_back(small->members_file());
    }
    const int status = run(program);
    if (small && WIFEXITED(status) && WEXITSTATUS(status) == 4)
      GTEST_SKIP() << "This kernel limits no control group's memory.";
    ASSERT_TRUE(!small || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)) << status;
    ASSERT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) == 3) << "no recorder";
    ASSERT_FALSE(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) << "it did not die";
    const std::string output = directory_.file("out.jsonl");
    const int exported = run({NANOSPAN_COMMAND, "export", directory_.path(), "-o", output});
    ASSERT_TRUE(WIFEXITED(exported)) << "killed by signal " << WTERMSIG(exported);
    ASSERT_EQ(WEXITSTATUS(exported), tools::kOk);
    for (const json& span : spans_in(output)) spans_.emplace(span.at("name"), span);
  }
  [[nodiscard]] const json& span(const std::string& name) const {
    return spans_.find(name)->second;
  }

  PrivateDirectory directory_;
  std::multimap<std::string, json> spans_;  // by name
};

TEST_P(Death, LeavesTheFinishedSpansAndTheOpenOnes) {
  std::set<std::string> numbers;
  const auto [first, last] = spans_.equal_range("finished");
  for (auto at = first; at != last; ++at) {
    EXPECT_FALSE(is_marked_unfinished(at->second));
    const json* const number = attribute_of(at->second, "number");
    ASSERT_NE(number, nullptr);
    numbers.insert(number->at("intValue").get<std::string>());
  }
  EXPECT_EQ(numbers, (std::set<std::string>{"0", "1", "2"}));
  for (const char* const name : {"request", "step", "job", "worker", "waiting"}) {
    ASSERT_EQ(spans_.count(name), 1u) << name;
    EXPECT_TRUE(is_marked_unfinished(span(name))) << name;
    EXPECT_EQ(span(name).at("status").at("code"), 2) << name;
    EXPECT_LE(std::stoull(span(name).at("startTimeUnixNano").get<std::string>()),
              std::stoull(span(name).at("endTimeUnixNano").get<std::string>()));
  }
  EXPECT_EQ(spans_.size(), 8u);
}

TEST_P(Death, LeavesWholeTrees) {
  std::set<std::string> ids;
  for (const auto& [name, span] : spans_) ids.insert(span.at("spanId").get<std::string>());
  EXPECT_EQ(ids.size(), spans_.size());
  for (const auto& [name, span] : spans_) {
    const std::string parent = span.value("parentSpanId", "");
    EXPECT_TRUE(parent.empty() || ids.contains(parent)) << name;
  }
  const std::map<std::string, std::string> parents = {
      {"finished", "request"}, {"step", "request"}, {"job", "request"}, {"waiting", "worker"}};
  for (const auto& [child, parent] : parents) {
    ASSERT_TRUE(spans_.contains(child) && spans_.contains(parent));
    EXPECT_EQ(span(child).at("parentSpanId"), span(parent).at("spanId")) << child;
    EXPECT_EQ(span(child).at("traceId"), span(parent).at("traceId")) << child;
  }
}

TEST_P(Death, LeavesWhatAnOpenSpanWasGiven) {
  ASSERT_EQ(spans_.count("step"), 1u);
  const json* const text = attribute_of(span("step"), "long");
  ASSERT_NE(text, nullptr);
  EXPECT_EQ(text->at("stringValue"), std::string(1000, 'x'));
  const json& event = span("step").at("events").at(0);
  EXPECT_EQ(event.at("name"), "about to die");
  EXPECT_EQ(event.at("attributes").at(0).at("value").at("stringValue"), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Of, Death,
                         ::testing::Values("abort", "null", "stack", "double free", "malloc",
                                           "exception", "two threads", "_exit", "exec", "kill",
                                           "out of memory", "exporter"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase(name, '_');
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

}  // namespace
}  // namespace nanospan::test
