// What `nanospan export` and `nanospan inspect` make of a region that a crash left.
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "crashed.h"

namespace nanospan::test {
namespace {

using Json = nlohmann::json;

std::string output_of(const std::string& arguments) {
  std::FILE* const pipe = popen((NANOSPAN_COMMAND " " + arguments + " 2>&1").c_str(), "r");
  std::string out;
  char piece[4096];
  while (const std::size_t bytes = std::fread(piece, 1, sizeof(piece), pipe))
    out.append(piece, bytes);
  pclose(pipe);
  return out;
}

// All spans of an OTLP JSON Lines file, by name.
std::map<std::string, Json> spans_of(const std::string& path) {
  std::map<std::string, Json> spans;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const Json piece = Json::parse(line);
    for (const Json& resource : piece["resourceSpans"])
      for (const Json& scope : resource["scopeSpans"])
        for (const Json& span : scope["spans"]) spans[span["name"]] = span;
  }
  return spans;
}

std::string attribute_of(const Json& holder, const std::string& key) {
  for (const Json& attribute : holder["attributes"])
    if (attribute["key"] == key) return attribute["value"]["stringValue"];
  return "(none)";
}

class CrashExport : public ::testing::Test {
 protected:
  std::map<std::string, Json> export_of(const std::string& how) {
    const Crashed crashed = crash(how, directory_);
    if (crashed.regions.empty()) return {};
    region_ = crashed.regions[0];
    const std::string to = directory_.file("out.jsonl");
    said_ = output_of("export " + region_ + " -o " + to);
    return spans_of(to);
  }
  PrivateDirectory directory_;
  std::string region_, said_;
};

TEST_F(CrashExport, PutsTheCrashOnTheSpanThatWasCurrent) {
  const auto spans = export_of("null");
  ASSERT_TRUE(spans.contains("work")) << said_;
  const Json& work = spans.at("work");
  EXPECT_EQ(work["status"]["code"], 2);
  ASSERT_EQ(work["events"].size(), 1u) << work;
  const Json& event = work["events"][0];
  EXPECT_EQ(event["name"], "exception");
  EXPECT_EQ(attribute_of(event, "exception.type"), "SIGSEGV");
  EXPECT_EQ(attribute_of(event, "exception.message"), "address not mapped, at 0x0");
  EXPECT_NE(attribute_of(event, "exception.stacktrace").find("#0 "), std::string::npos);
  const auto ns = [](const Json& time) { return std::stoull(time.get<std::string>()); };
  EXPECT_LE(ns(work["startTimeUnixNano"]), ns(event["timeUnixNano"]));
  EXPECT_GE(ns(work["endTimeUnixNano"]), ns(event["timeUnixNano"]));
  EXPECT_FALSE(spans.at("request").contains("events"));
  EXPECT_FALSE(spans.at("before").contains("events"));
  EXPECT_NE(said_.find("SIGSEGV: address not mapped, at 0x0"), std::string::npos) << said_;
}

TEST_F(CrashExport, TellsFunctionsAndLines) {
  const auto spans = export_of("throw-on-thread");
  ASSERT_TRUE(spans.contains("on thread")) << said_;
  const std::string stack =
      attribute_of(spans.at("on thread")["events"][0], "exception.stacktrace");
  EXPECT_NE(stack.find("__cxa_throw"), std::string::npos) << stack;
  EXPECT_NE(stack.find("(anonymous namespace)::on_thread("), std::string::npos) << stack;
  EXPECT_NE(stack.find("crasher.cc:"), std::string::npos) << stack;
}

TEST_F(CrashExport, TellsModulesAndOffsetsWhereTheBinaryIsAnother) {
  const std::string moved = directory_.file("crasher");
  std::filesystem::copy_file(CRASHER, moved);
  const Crashed crashed = crash("null", directory_, "", moved);
  ASSERT_EQ(crashed.regions.size(), 1u);
  std::ofstream(moved, std::ios::trunc) << "another";
  const std::string text = output_of("inspect " + crashed.regions[0]);
  EXPECT_NE(text.find("#0  0x"), std::string::npos) << text;
  EXPECT_NE(text.find("/crasher+0x"), std::string::npos) << text;
  EXPECT_NE(text.find("(build id "), std::string::npos) << text;
  EXPECT_EQ(text.find("dereference_null"), std::string::npos) << text;
}

TEST_F(CrashExport, PutsAnExceptionOnTheSpanOfItsThread) {
  const auto spans = export_of("throw-on-thread");
  ASSERT_TRUE(spans.contains("on thread")) << said_;
  const Json& events = spans.at("on thread")["events"];
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(attribute_of(events[0], "exception.type"), "std::runtime_error");
  EXPECT_EQ(attribute_of(events[0], "exception.message"), "the disk is gone");
  EXPECT_FALSE(spans.at("work").contains("events"));
}

TEST_F(CrashExport, SaysWhenNoSpanWasCurrent) {
  const auto spans = export_of("no-span");
  for (const auto& [name, span] : spans) EXPECT_FALSE(span.contains("events")) << name;
  EXPECT_NE(said_.find("no span was current there"), std::string::npos) << said_;
}

TEST_F(CrashExport, InspectShowsTheCrash) {
  (void)export_of("null");
  const std::string text = output_of("inspect " + region_);
  EXPECT_NE(text.find("Crash\n  SIGSEGV: address not mapped, at 0x0\n"), std::string::npos) << text;
  EXPECT_NE(text.find("#0 "), std::string::npos) << text;
  const Json json = Json::parse(output_of("inspect --json " + region_));
  EXPECT_EQ(json["crash"]["type"], "SIGSEGV");
}

}  // namespace
}  // namespace nanospan::test
