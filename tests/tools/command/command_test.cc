// The command as its users meet it: arguments in; exit code, output and files out.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "nanospan/nanospan.h"
#include "output/otlp_json.h"
#include "terminal/exit_code.h"
#include "tools/samples.h"

namespace nanospan::tools {
namespace {

namespace fs = std::filesystem;

struct Ran {
  int code = -1;
  std::string out;  // and standard error behind it, where the test asks for both
};

class Command : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "nanospan-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { fs::remove_all(directory_); }

  Ran run(const std::string& arguments, const std::string& before = "") const {
    const std::string line =
        before + " cd " + directory_.string() + " && NANOSPAN_DIR=" + directory_.string() +
        " NO_COLOR=1 LC_ALL=C.UTF-8 COLUMNS=80 " NANOSPAN_COMMAND " " + arguments;
    Ran ran;
    std::FILE* const pipe = popen(line.c_str(), "r");
    char piece[4096];
    while (const std::size_t bytes = std::fread(piece, 1, sizeof(piece), pipe))
      ran.out.append(piece, bytes);
    ran.code = WEXITSTATUS(pclose(pipe));
    return ran;
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ / name, std::ios::binary) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(directory_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::string sample_line() {
    otlp::v1::TracesData traces;
    testing::Service service(traces, "tasks");
    service.add(1, 0, "GET /tasks", {0, 500});
    service.add(2, 1, "db.query", {100, 300});
    return traces_to_json(traces) + "\n";
  }

  fs::path directory_;
};

TEST_F(Command, HelpNamesEverySubcommandAndExitCode) {
  const Ran ran = run("--help");
  EXPECT_EQ(ran.code, kOk);
  for (const char* const word : {"inspect", "view", "export", "Exit codes", "  4  damage"})
    EXPECT_NE(ran.out.find(word), std::string::npos) << ran.out;
  EXPECT_EQ(run("--version").out.rfind("nanospan ", 0), 0u);
}

TEST_F(Command, RefusesAWrongCommandLine) {
  EXPECT_EQ(run("2>&1").code, kUsage);
  EXPECT_EQ(run("view 2>&1").code, kUsage);
  EXPECT_EQ(run("nonsense 2>&1").code, kUsage);
  EXPECT_EQ(run("export x --format xml 2>&1").code, kUsage);
  write("a.jsonl", sample_line());
  EXPECT_EQ(run("export a.jsonl --json 2>&1").code, kUsage);
}

TEST_F(Command, NamesTheWordThatIsWrong) {
  const Ran command = run("bogus 2>&1");
  EXPECT_EQ(command.code, kUsage);
  EXPECT_EQ(
      command.out,
      "nanospan: unknown command 'bogus'; one of inspect, view, export, analyze, collect, cost.\n");
  write("a.jsonl", sample_line());
  for (const char* const line : {"view --bogus", "view a.jsonl --bogus", "--bogus"}) {
    const Ran option = run(std::string(line) + " 2>&1");
    EXPECT_EQ(option.code, kUsage);
    EXPECT_NE(option.out.find("unknown option '--bogus'"), std::string::npos) << option.out;
  }
}

TEST_F(Command, MovesNoCursorByWhatItIsGiven) {
  for (const char* const arguments :
       {"$e", "view x --last $e", "export x -f $e", "export x -o $e/y", "view --$e", "inspect $e",
        "collect $e -o x", "collect . -o $e/x --checkpoint c", "collect . --exporter $e"}) {
    const Ran ran = run(std::string(arguments) + " 2>&1", "e=$(printf '\\033[2J');");
    EXPECT_NE(ran.code, kOk) << arguments;
    EXPECT_NE(ran.out, "") << arguments;
    EXPECT_EQ(ran.out.find('\x1b'), std::string::npos) << arguments << ran.out;
  }
}

TEST_F(Command, EndsQuietlyWhenItsReaderHasSeenEnough) {
  std::string text;
  while (text.size() < (1u << 20)) text += sample_line();
  write("a.jsonl", text);
  (void)run("--version; { " NANOSPAN_COMMAND
            " export -q a.jsonl 2>errors; echo $? > code; } | head -n 1");
  EXPECT_EQ(read("errors"), "");
  EXPECT_EQ(read("code"), "0\n");
}

TEST_F(Command, SuggestsNoOptionThatWouldChangeNothing) {
  write("empty.jsonl", "");
  const Ran ran = run("export empty.jsonl 2>&1");
  EXPECT_EQ(ran.code, kNothingFound);
  EXPECT_EQ(ran.out.find("--everything"), std::string::npos) << ran.out;
}

TEST_F(Command, SaysWhatIsNotThere) {
  EXPECT_EQ(run("view missing.jsonl 2>&1").code, kUnreadable);
  EXPECT_EQ(run("view 999999999 2>&1").code, kNothingFound);
  EXPECT_EQ(run("inspect 2>&1").code, kNothingFound);
  write("empty.jsonl", "");
  EXPECT_EQ(run("view empty.jsonl 2>&1").code, kNothingFound);
  write("a.jsonl", sample_line());
  EXPECT_EQ(run("view a.jsonl --trace ffff 2>&1").code, kNothingFound);
}

TEST_F(Command, ViewsTheSameFromFileDirectoryAndStandardInput) {
  write("a.jsonl", sample_line());
  const Ran file = run("view a.jsonl");
  EXPECT_EQ(file.code, kOk);
  EXPECT_NE(file.out.find("    └── db.query"), std::string::npos) << file.out;
  EXPECT_EQ(run("view .").out, file.out);
  EXPECT_EQ(run("view - < a.jsonl").out, file.out);
  EXPECT_EQ(run("view a.jsonl --trace 0000000000").out, file.out);
  EXPECT_NE(run("view --list a.jsonl").out.find("GET /tasks"), std::string::npos);
}

TEST_F(Command, ViewAndInspectSpeakJson) {
  write("a.jsonl", sample_line());
  const auto trace = nlohmann::json::parse(run("view a.jsonl --json").out);
  EXPECT_EQ(trace["duration_ns"], 500'000'000);
  ASSERT_EQ(trace["spans"].size(), 2u);
  EXPECT_EQ(trace["spans"][0]["critical_path_ns"], 300'000'000);
  EXPECT_EQ(trace["spans"][1]["critical_path_ns"], 200'000'000);
  EXPECT_EQ(trace["hot"]["span"], "GET /tasks");
  const auto list = nlohmann::json::parse(run("view a.jsonl --list --json").out);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["spans"], 2);
  const auto file = nlohmann::json::parse(run("inspect a.jsonl --json").out);
  EXPECT_EQ(file["spans"], 2);
  EXPECT_EQ(file["roots"], 1);
}

TEST_F(Command, ViewShowsAttributesOfFilesAndStandardInput) {
  otlp::v1::TracesData traces;
  testing::Service service(traces, "tasks");
  auto& attribute = *service.add(1, 0, "GET /tasks", {0, 500}).add_attributes();
  attribute.set_key("url.path");
  attribute.mutable_value()->set_string_value("/tasks");
  write("a.jsonl", traces_to_json(traces) + "\n");
  const std::string line = "\n        url.path = /tasks\n";
  EXPECT_EQ(run("view a.jsonl").out.find(line), std::string::npos);
  for (const char* const arguments : {"view -A a.jsonl", "view --attributes - < a.jsonl",
                                      "view -A -t 00000000000000000000000000004bF9 a.jsonl"})
    EXPECT_NE(run(arguments).out.find(line), std::string::npos) << run(arguments).out;
  const auto view = nlohmann::json::parse(run("view -A --json a.jsonl").out);
  EXPECT_EQ(view["spans"][0]["attributes"]["url.path"], "/tasks");
  EXPECT_FALSE(nlohmann::json::parse(run("view --json a.jsonl").out)["spans"][0].contains("kind"));
  EXPECT_EQ(run("view -A --list a.jsonl 2>&1").code, kUsage);
}

TEST_F(Command, ViewSaysHowManySpansHadNoRoom) {
  otlp::v1::TracesData traces;
  testing::Service service(traces, "tasks");
  for (std::uint64_t id = 1; id <= 500; ++id) service.add(id, 0, "GET /tasks", {0, 500});
  const std::string line = traces_to_json(traces) + "\n";
  std::string text;
  for (int i = 0; i < 130; ++i) text += line;  // 65,000 of 72 bytes
  write("a.jsonl", text);
  for (const char* const arguments : {"view", "view --list"}) {
    const Ran ran = run(std::string(arguments) + " a.jsonl --memory-max 4M 2>&1");
    EXPECT_EQ(ran.code, kOk);
    EXPECT_NE(ran.out.find(" spans did not fit in the memory allowed"), std::string::npos)
        << ran.out;
    EXPECT_NE(ran.out.find("GET /tasks"), std::string::npos) << ran.out;
  }
  EXPECT_EQ(run("view a.jsonl 2>&1").out.find("did not fit"), std::string::npos);
}

TEST_F(Command, DrawsInAsciiWhereTheLocaleHasNothingElse) {
  write("a.jsonl", sample_line());
  const std::string path = (directory_ / "a.jsonl").string();
  const Ran ran = run("--version > /dev/null; LC_ALL=C " NANOSPAN_COMMAND " view " + path);
  EXPECT_NE(ran.out.find("`-- GET /tasks"), std::string::npos) << ran.out;
  EXPECT_TRUE(std::all_of(ran.out.begin(), ran.out.end(), [](char c) { return (c & 0x80) == 0; }))
      << ran.out;
}

TEST_F(Command, ConvertsThereAndBackWithoutLoss) {
  write("a.jsonl", sample_line() + sample_line());
  EXPECT_EQ(run("export a.jsonl -o a.pb 2>&1").code, kOk);
  EXPECT_EQ(run("export a.pb -o b.jsonl 2>&1").code, kOk);
  EXPECT_EQ(read("b.jsonl"), read("a.jsonl"));
  EXPECT_EQ(run("export - --format protobuf < a.jsonl").out, read("a.pb"));
  EXPECT_EQ(run("export - < a.pb").out, read("a.jsonl"));
}

TEST_F(Command, ReportsAsJson) {
  write("a.jsonl", sample_line() + "broken\n");
  const Ran ran = run("export a.jsonl -o b.jsonl --json 2>errors");
  EXPECT_EQ(ran.code, kDamaged);
  const auto report = nlohmann::json::parse(ran.out);
  EXPECT_EQ(report["spans"], 2);
  EXPECT_EQ(report["inputs"][0]["damaged"], 1);
  EXPECT_EQ(report["inputs"][0]["damage"][0]["where"], 2);
  EXPECT_NE(read("errors").find("a.jsonl: line 2 was skipped: it is not JSON."), std::string::npos)
      << read("errors");
  EXPECT_EQ(read("b.jsonl"), sample_line());
}

TEST_F(Command, RefusesToReplaceAFileUnlessForced) {
  write("a.jsonl", sample_line());
  write("b.jsonl", "precious");
  EXPECT_EQ(run("export a.jsonl -o b.jsonl 2>&1").code, kOutputFailed);
  EXPECT_EQ(read("b.jsonl"), "precious");
  EXPECT_EQ(run("export a.jsonl -o b.jsonl --force 2>&1").code, kOk);
  EXPECT_EQ(read("b.jsonl"), sample_line());
  EXPECT_EQ(run("export a.jsonl -o missing/b.jsonl 2>&1").code, kOutputFailed);
  EXPECT_EQ(run("export a.jsonl > /dev/full 2>/dev/null").code, kOutputFailed);
  EXPECT_EQ(run("view a.jsonl > /dev/full 2>/dev/null").code, kOutputFailed);
}

TEST_F(Command, ReadsNotWhatItIsToReplace) {
  write("one.jsonl", sample_line());
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(run("export . --force -q -o all.jsonl").code, kOk);
    EXPECT_EQ(read("all.jsonl"), sample_line()) << round;
  }
}

TEST_F(Command, LeavesNoHalfFileBehindWhenItIsInterrupted) {
  const Ran ran = run("--version >/dev/null; mkfifo in; " NANOSPAN_COMMAND
                      " export - -o out.jsonl < in & pid=$!; exec 3> in; "
                      "i=0; while ! ls out.jsonl.*.part >/dev/null 2>&1 && [ $i -lt 2000 ]; do "
                      "sleep 0.01; i=$((i + 1)); done; ls out.jsonl.*.part | wc -l; "
                      "kill -TERM $pid; wait $pid; echo $?; ls");
  EXPECT_EQ(ran.out, "1\n143\nin\n");
}

TEST_F(Command, SaysHowToUnpackWhatIsCompressed) {
  write("a.gz", "\x1f\x8b\x08 and more");
  const Ran ran = run("view a.gz 2>&1");
  EXPECT_EQ(ran.code, kUnreadable);
  EXPECT_NE(ran.out.find("zcat FILE | nanospan"), std::string::npos) << ran.out;
}

TEST_F(Command, LeavesNoHalfFileBehindWhenTheInputIsBad) {
  write("bad.jsonl", "nonsense\n");
  EXPECT_EQ(run("export bad.jsonl -o out.jsonl 2>&1").code, kUnreadable);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(directory_)) ++files;
  EXPECT_EQ(files, 1u);
}

TEST_F(Command, SurvivesHostileFiles) {
  write("cut.nspan", "NANOSPAN");
  EXPECT_EQ(run("inspect cut.nspan 2>&1").code, kUnreadable);
  write("zero.nspan", std::string(1 << 16, '\0'));
  EXPECT_EQ(run("view zero.nspan 2>&1").code, kUnreadable);
  write("huge_length.pb", std::string("\xff\xff\xff\xff\x07\x0a", 6));
  EXPECT_EQ(run("view huge_length.pb 2>&1").code, kUnreadable);
  write("a.jsonl", sample_line());
  ASSERT_EQ(run("export a.jsonl -o cut.pb 2>&1").code, kOk);
  const std::string whole = read("cut.pb");
  write("cut.pb", whole + whole.substr(0, whole.size() / 2));
  EXPECT_EQ(run("view cut.pb 2>&1").code, kDamaged);
  write("deep.jsonl", std::string(100'000, '[') + "\n");
  EXPECT_EQ(run("view deep.jsonl 2>&1").code, kUnreadable);
}

TEST_F(Command, ReadsADocumentOverManyLines) {
  const auto document = nlohmann::json::parse(sample_line());
  write("pretty.json", document.dump(2) + "\n");
  const Ran ran = run("view pretty.json");
  EXPECT_EQ(ran.code, kOk);
  EXPECT_NE(ran.out.find("db.query"), std::string::npos);
}

// Records three finished spans and two that never end, says so through `ready`, and waits.
[[noreturn]] void record_and_wait(const std::string& directory, int ready) {
  nanospan::RecorderOptions options;
  options.service_name = "worker";
  options.region_directory = directory;
  options.drain.enabled = false;
  const auto recorder = nanospan::Recorder::start(std::move(options));
  if (!recorder) _exit(1);
  for (int i = 0; i < 3; ++i) {
    NANOSPAN_SCOPE(span, "finished");
  }
  NANOSPAN_SCOPE(outer, "outer");
  NANOSPAN_SCOPE(inner, "inner");
  const nanospan::Span detached = NANOSPAN_SPAN("detached", {});
  if (::write(ready, "!", 1) != 1) _exit(1);
  for (;;) pause();
}

TEST_F(Command, ReadsALiveProcessAndADeadOne) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) record_and_wait(directory_.string(), ready[1]);
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const std::string pid = std::to_string(child);

  const auto live = nlohmann::json::parse(run("inspect " + pid + " --json").out);
  EXPECT_EQ(live["alive"], true);
  ASSERT_EQ(live["in_flight"].size(), 3u);
  for (const auto& span : live["in_flight"])
    EXPECT_EQ(span["thread"] == "-", span["name"] == "detached") << span;
  EXPECT_EQ(live["accounting"]["started_balances"], true);
  EXPECT_NE(run("view " + pid).out.find("◔ outer"), std::string::npos);

  ASSERT_EQ(kill(child, SIGKILL), 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const Ran ran = run("export " + pid + " -o dead.jsonl --json");
  EXPECT_EQ(ran.code, kOk);
  const auto report = nlohmann::json::parse(ran.out)["inputs"][0];
  EXPECT_EQ(report["alive"], false);
  EXPECT_EQ(report["spans"], 6);
  EXPECT_EQ(report["unfinished"], 3);
  EXPECT_LE(report["last_sign_of_life_unix_ns"], report["found_dead_unix_ns"]);
  EXPECT_NE(read("dead.jsonl").find("nanospan.unfinished"), std::string::npos);
  // It stays: who wants it gone is told how.
  const Ran again = run("export " + pid + " -o again.jsonl 2>&1");
  EXPECT_EQ(again.code, kOk);
  EXPECT_NE(again.out.find("or you rm it"), std::string::npos) << again.out;
  close(ready[0]);
  close(ready[1]);
}

}  // namespace
}  // namespace nanospan::tools
