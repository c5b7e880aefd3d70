// nanospan cost, briefly: which rows there are, not what they say.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/recording.h"
#include "terminal/exit_code.h"

namespace nanospan::tools {
namespace {

namespace fs = std::filesystem;

struct Ran {
  int code = -1;
  std::string out;
};

class CostCommand : public ::testing::Test {
 protected:
  // Standard error too: it is to stay empty.
  Ran run(const std::string& arguments, const std::string& program = NANOSPAN_COMMAND) const {
    const bool says_how_long = arguments.find("--seconds") != std::string::npos;
    const std::string line = "NANOSPAN_DIR=" + regions_.path() + " " + program + " cost " +
                             (says_how_long ? "" : "--seconds 0.05 ") + arguments + " 2>&1";
    Ran ran;
    std::FILE* const pipe = popen(line.c_str(), "r");
    char piece[4096];
    while (const std::size_t bytes = std::fread(piece, 1, sizeof(piece), pipe))
      ran.out.append(piece, bytes);
    ran.code = WEXITSTATUS(pclose(pipe));
    return ran;
  }

  test::PrivateDirectory regions_, elsewhere_;
};

void expect_a_figure(const nlohmann::json& figure) {
  ASSERT_TRUE(figure.is_object());
  const double median_ns = figure.at("median_ns");
  EXPECT_TRUE(std::isfinite(median_ns) && median_ns >= 0) << figure;
  const double p99_ns = figure.at("p99_ns"), step_ns = figure.at("p99_step_ns");
  EXPECT_TRUE(std::isfinite(p99_ns) && p99_ns >= 0) << figure;
  EXPECT_GT(step_ns, 0) << figure;
  EXPECT_EQ(figure.at("p99_resolved"), p99_ns >= step_ns) << figure;
}

TEST_F(CostCommand, HasEveryRowInBothPlacesAsJson) {
  const Ran ran = run("--json");
  ASSERT_EQ(ran.code, kOk) << ran.out;
  const auto json = nlohmann::json::parse(ran.out);
  const auto& ticks = json.at("ticks");
  EXPECT_FALSE(ticks.at("source").get<std::string>().empty());
  for (const char* const fact : {"per_second", "read_ns", "step_ns"})
    EXPECT_GT(ticks.at(fact).get<double>(), 0) << fact;
  expect_a_figure(json.at("floor"));
  EXPECT_GT(json.at("rounds"), 0);
  EXPECT_GT(json.at("single_operations"), 0);
  for (const char* const place : {"executable", "shared_library"}) {
    for (const char* const row : {"span", "attribute", "event", "switched_off"})
      expect_a_figure(json.at(place).at(row));
    // It contains the floor.
    EXPECT_GT(json.at(place).at("span").at("median_ns"), 0);
  }
}

TEST_F(CostCommand, ShowsATableAndLeavesNothingBehind) {
  const Ran ran = run("--no-color");
  ASSERT_EQ(ran.code, kOk) << ran.out;
  EXPECT_EQ(ran.out.rfind("Cost of instrumentation", 0), 0u) << ran.out;
  for (const char* const words :
       {"a read takes", "a step is", "in an executable", "in a shared library", "p99",
        "the floor: two tick reads", "a span", "an attribute adds", "an event adds",
        "a span switched off"})
    EXPECT_NE(ran.out.find(words), std::string::npos) << words << "\n" << ran.out;
  EXPECT_EQ(ran.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(ran.out.find("not here"), std::string::npos) << ran.out;
  EXPECT_TRUE(fs::is_empty(regions_.path()));
}

TEST_F(CostCommand, SaysWhereItsLibraryIsMissing) {
  const std::string alone = elsewhere_.file("nanospan");
  fs::copy_file(NANOSPAN_COMMAND, alone);
  const Ran table = run("", alone);
  EXPECT_EQ(table.code, kOk);
  EXPECT_NE(table.out.find("not here"), std::string::npos) << table.out;
  EXPECT_NE(table.out.find("nanospan_cost.so is neither"), std::string::npos) << table.out;
  const auto json = nlohmann::json::parse(run("--json", alone).out);
  EXPECT_FALSE(json.at("shared_library").at("problem").get<std::string>().empty());
  expect_a_figure(json.at("executable").at("span"));
}

TEST_F(CostCommand, EndsAsTheOthersDo) {
  for (const char* const seconds : {"0", "-1", "601", "nan", "ten"}) {
    const Ran refused = run("--seconds " + std::string(seconds));
    EXPECT_EQ(refused.code, kUsage) << seconds;
    EXPECT_NE(refused.out.find("--seconds"), std::string::npos) << refused.out;
  }
  EXPECT_EQ(run("a.jsonl").code, kUsage);
  EXPECT_EQ(run("--exporter console").code, kUsage);
  EXPECT_EQ(run("--json >/dev/full").code, kOutputFailed);
  const Ran help = run("--help");
  EXPECT_EQ(help.code, kOk);
  EXPECT_NE(help.out.find("--json"), std::string::npos);
  EXPECT_NE(help.out.find("Exit codes"), std::string::npos);
  fs::remove_all(regions_.path());
  std::FILE* const in_its_way = std::fopen(regions_.path().c_str(), "w");
  ASSERT_NE(in_its_way, nullptr);
  std::fclose(in_its_way);
  const Ran nothing = run("");
  EXPECT_EQ(nothing.code, kNothingFound) << nothing.out;
  EXPECT_EQ(nothing.out.rfind("nanospan: No cost can be shown: ", 0), 0u) << nothing.out;
}

}  // namespace
}  // namespace nanospan::tools
