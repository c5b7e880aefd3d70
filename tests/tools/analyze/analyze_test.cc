// nanospan analyze as its users meet it.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "output/otlp_json.h"
#include "terminal/exit_code.h"
#include "tools/samples.h"

namespace nanospan::tools {
namespace {

namespace fs = std::filesystem;

class Analyze : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "nanospan-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    write("a.jsonl", 100);
    write("b.jsonl", 300);
  }
  void TearDown() override { fs::remove_all(directory_); }

  // A request of 500 ms whose query takes so long.
  void write(const std::string& name, std::uint64_t query_ms) const {
    otlp::v1::TracesData traces;
    testing::Service service(traces, "tasks");
    service.add(1, 0, "GET /tasks", {0, 500});
    service.add(2, 1, "db.query", {100, 100 + query_ms});
    std::ofstream(directory_ / name, std::ios::binary) << traces_to_json(traces) << "\n";
  }
  int run(const std::string& arguments) {
    const std::string line = "cd " + directory_.string() +
                             " && NO_COLOR=1 LC_ALL=C.UTF-8 COLUMNS=100 " + NANOSPAN_COMMAND +
                             " analyze " + arguments + " 2>&1";
    out_.clear();
    std::FILE* const pipe = popen(line.c_str(), "r");
    char piece[4096];
    while (const std::size_t bytes = std::fread(piece, 1, sizeof(piece), pipe))
      out_.append(piece, bytes);
    return WEXITSTATUS(pclose(pipe));
  }
  [[nodiscard]] bool says(const std::string& part) const {
    return out_.find(part) != std::string::npos;
  }

  fs::path directory_;
  std::string out_;
};

TEST_F(Analyze, SaysWhereTheTimeIsInTablesAndJson) {
  EXPECT_EQ(run("a.jsonl"), kOk);
  EXPECT_TRUE(says("tasks / GET /tasks  1 request  P50 500 ms")) << out_;
  EXPECT_TRUE(says("fewer than 100 requests")) << out_;
  EXPECT_EQ(run("a.jsonl --json --quiet --what-if 'tasks/db.query=0.5'"), kOk);
  const auto json = nlohmann::json::parse(out_, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << out_;
  EXPECT_EQ(json["root"]["p50_ns"], 500'000'000);
  EXPECT_EQ(json["what_if"][0]["p50_ns"], 450'000'000);
  EXPECT_EQ(json["callsites"][0]["own_ns"]["all"], 400e6);
}

TEST_F(Analyze, ComparesTwoSets) {
  EXPECT_EQ(run("a.jsonl --against b.jsonl"), kOk);
  EXPECT_TRUE(says("tasks / db.query")) << out_;
  EXPECT_TRUE(says("+200 ms")) << out_;
}

TEST_F(Analyze, RefusesWhatItCanNotDo) {
  EXPECT_EQ(run(""), kUsage);
  EXPECT_EQ(run("a.jsonl --what-if nonsense"), kUsage);
  EXPECT_EQ(run("a.jsonl --memory-max 12"), kUsage);
  EXPECT_EQ(run("missing.jsonl"), kUnreadable);
  EXPECT_EQ(run("a.jsonl --root nobody"), kNothingFound);
  EXPECT_TRUE(says("No request begins with nobody")) << out_;
  EXPECT_EQ(run("a.jsonl --what-if nobody=2"), kNothingFound);
  EXPECT_EQ(run("a.jsonl --against missing.jsonl"), kUnreadable);
}

}  // namespace
}  // namespace nanospan::tools
