#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "support/log_lines.h"
#include "support/recording.h"

namespace nanospan {
namespace {

using test::PrivateDirectory;
using test::Recording;

// What a program relies on when nothing is recorded: calls work and do nothing.
void expect_untraced() {
  NANOSPAN_SCOPE(span, "untraced");
  span.set_attribute("k", 1);
  span.set_attribute("list", std::span<const std::int64_t>());
  span.add_event("e", {{"a", 1}});
  span.add_link(SpanContext{{1, 2}, {3}, {}, true});
  span.set_status(StatusCode::kError, "x");
  span.update_name("y");
  span.record_exception("T", "m");
  EXPECT_FALSE(span.is_recording());
  EXPECT_FALSE(span.context().is_valid());
  EXPECT_FALSE(current_context().has_span());
  Span detached = NANOSPAN_SPAN("untraced", {});
  detached.set_attribute("k", 1);
  EXPECT_FALSE(detached.is_recording());
  detached.end();
  EXPECT_FALSE(prepare_thread());
}

RecorderOptions in(const std::string& directory) {
  RecorderOptions options;
  options.region_directory = directory;
  options.exporters.push_back(make_memory_exporter(std::make_shared<SpanStore>()));
  return options;
}

void expect_refused(const std::string& directory, const std::string& says) {
  const Recorder recorder = Recorder::start(in(directory));
  EXPECT_FALSE(recorder);
  EXPECT_NE(recorder.error().find(directory), std::string::npos) << recorder.error();
  EXPECT_NE(recorder.error().find(says), std::string::npos) << recorder.error();
  EXPECT_NE(recorder.error().find("NANOSPAN_DIR"), std::string::npos) << recorder.error();
  expect_untraced();
}

TEST(NoRecorder, CallsDoNothing) {
  expect_untraced();
}

TEST(NoRecorder, AnswersOfOneThatDidNotStart) {
  PrivateDirectory directory;
  Recorder recorder = Recorder::start(in(directory.file("missing/below")));
  ASSERT_FALSE(recorder);
  EXPECT_FALSE(recorder.flush());
  EXPECT_TRUE(recorder.stop(std::chrono::seconds(1)));
  EXPECT_EQ(recorder.region_path(), "");
  EXPECT_EQ(recorder.accounting().started, 0u);
}

TEST(Start, ASecondRecorderIsRefusedAndTheFirstGoesOn) {
  Recording recording;
  PrivateDirectory directory;
  const Recorder second = Recorder::start(in(directory.path()));
  EXPECT_FALSE(second);
  EXPECT_NE(second.error().find("already"), std::string::npos) << second.error();
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  { NANOSPAN_SCOPE(span, "still recorded"); }
  EXPECT_EQ(recording.spans("still recorded").size(), 1u);
}

TEST(Start, AgainAfterTheFirstHasStopped) {
  for (int round = 0; round < 20; ++round) {
    Recording recording;
    {
      NANOSPAN_SCOPE(span, "round");
      NANOSPAN_ATTRIBUTE(span, "number", round);
    }
    std::thread([] { NANOSPAN_SCOPE(span, "on a thread"); }).join();
    EXPECT_EQ(test::shown(recording.span("round").attributes), "number=" + std::to_string(round));
    EXPECT_EQ(recording.spans("on a thread").size(), 1u);
    recording.expect_balanced_at_rest();
  }
}

TEST(Start, InADirectoryThatIsMissing) {
  PrivateDirectory directory;
  expect_refused(directory.file("missing/below"), "No such file or directory");
}

TEST(Start, MakesTheLastDirectoryOfThePath) {
  PrivateDirectory directory;
  {
    Recorder recorder = Recorder::start(in(directory.file("made")));
    ASSERT_TRUE(recorder) << recorder.error();
    struct stat info {};
    ASSERT_EQ(stat(directory.file("made").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777u, 0700u);
    ASSERT_EQ(stat(recorder.region_path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777u, 0600u);
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.file("made")));
}

TEST(Start, InADirectoryThatIsASymbolicLink) {
  PrivateDirectory directory;
  std::filesystem::create_directory(directory.file("real"));
  std::filesystem::create_directory_symlink(directory.file("real"), directory.file("link"));
  expect_refused(directory.file("link"), "symbolic link");
  const Recorder recorder = Recorder::start(in(directory.file("link/")));
  EXPECT_FALSE(recorder);
  EXPECT_NE(recorder.error().find("symbolic link"), std::string::npos) << recorder.error();
}

TEST(Start, InADirectoryThatIsAFile) {
  PrivateDirectory directory;
  FILE* const file = std::fopen(directory.file("file").c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fclose(file);
  expect_refused(directory.file("file"), "not a directory");
}

TEST(Start, InADirectoryThatOthersMayWrite) {
  PrivateDirectory directory;
  std::filesystem::create_directory(directory.file("open"));
  ASSERT_EQ(chmod(directory.file("open").c_str(), 0777), 0);
  expect_refused(directory.file("open"), "writable by others");
}

TEST(Start, OnAFileSystemThatTakesNoRegion) {
  // Nobody, root neither, makes files in /proc.
  const Recorder recorder = Recorder::start(in("/proc"));
  EXPECT_FALSE(recorder);
  EXPECT_NE(recorder.error().find("/proc"), std::string::npos) << recorder.error();
  expect_untraced();
}

TEST(Start, IsSwitchedOffByTheEnvironment) {
  setenv("OTEL_SDK_DISABLED", "true", 1);
  PrivateDirectory directory;
  const Recorder recorder = Recorder::start(in(directory.path()));
  unsetenv("OTEL_SDK_DISABLED");
  EXPECT_FALSE(recorder);
  EXPECT_NE(recorder.error().find("OTEL_SDK_DISABLED"), std::string::npos);
}

TEST(Start, TakesItsDirectoryFromTheEnvironment) {
  PrivateDirectory directory;
  setenv("NANOSPAN_DIR", directory.path().c_str(), 1);
  const Recorder recorder = Recorder::start(in(""));
  unsetenv("NANOSPAN_DIR");
  ASSERT_TRUE(recorder) << recorder.error();
  EXPECT_EQ(recorder.region_path().rfind(directory.path() + "/", 0), 0u);
}

TEST(Start, NamesItsService) {
  RecorderOptions options;
  options.service_name = "task-service";
  OwnedAttribute environment;
  environment.key = "deployment.environment";
  environment.type = ValueType::kString;
  environment.text = "test";
  options.resource.push_back(environment);
  Recording recording(std::move(options));
  { NANOSPAN_SCOPE(span, "span"); }
  const SpanData span = recording.span("span");
  const std::string resource = test::shown(*span.resource);
  EXPECT_NE(resource.find("service.name=\"task-service\""), std::string::npos) << resource;
  EXPECT_NE(resource.find("deployment.environment=\"test\""), std::string::npos) << resource;
  EXPECT_NE(resource.find("telemetry.sdk.name=\"nanospan\""), std::string::npos) << resource;
  EXPECT_NE(resource.find("telemetry.sdk.language=\"cpp\""), std::string::npos) << resource;
  EXPECT_NE(resource.find("process.pid=" + std::to_string(getpid())), std::string::npos)
      << resource;
}

// The working directory for as long as it lives.
class WorkingDirectory {
 public:
  explicit WorkingDirectory(const std::string& path) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(path);
  }
  ~WorkingDirectory() { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_;
};

TEST(Start, WritesTheOtlpFileUnlessToldOtherwiseAndSaysSoOnce) {
  PrivateDirectory regions, directory;
  const test::LogLines log;
  const std::string name = "shop-" + std::to_string(getpid()) + ".jsonl";
  {
    const WorkingDirectory here(directory.path());
    RecorderOptions options;
    options.region_directory = regions.path();
    options.service_name = "shop";
    const Recorder recorder = Recorder::start(std::move(options));
    ASSERT_TRUE(recorder) << recorder.error();
    NANOSPAN_SCOPE(span, "sale");
  }
  EXPECT_EQ(log.count_with(name), 1) << log.text();
  EXPECT_NE(test::file_text(directory.file(name)).find("\"sale\""), std::string::npos);
}

TEST(Start, SaysOnceWhichExporterItCannotServeAndUsesTheFile) {
  PrivateDirectory regions, directory;
  const test::LogLines log;
  {
    const WorkingDirectory here(directory.path());
    setenv("OTEL_TRACES_EXPORTER", "zipkin", 1);
    RecorderOptions options;
    options.region_directory = regions.path();
    options.service_name = "shop";
    const Recorder recorder = Recorder::start(std::move(options));
    unsetenv("OTEL_TRACES_EXPORTER");
    ASSERT_TRUE(recorder) << recorder.error();
    NANOSPAN_SCOPE(span, "sale");
  }
  EXPECT_EQ(log.count_with("zipkin"), 1) << log.text();
  EXPECT_TRUE(
      std::filesystem::exists(directory.file("shop-" + std::to_string(getpid()) + ".jsonl")));
}

TEST(Start, LeavesOutExportersThatAreNull) {
  PrivateDirectory directory;
  const auto store = std::make_shared<SpanStore>();
  RecorderOptions options;
  options.region_directory = directory.path();
  options.exporters = {nullptr, make_memory_exporter(store)};
  Recorder recorder = Recorder::start(std::move(options));
  ASSERT_TRUE(recorder) << recorder.error();
  { NANOSPAN_SCOPE(span, "kept"); }
  EXPECT_TRUE(recorder.flush());
  EXPECT_TRUE(store->find("kept"));
}

TEST(Start, ExportsNowhereWhenToldNone) {
  PrivateDirectory regions, directory;
  const WorkingDirectory here(directory.path());
  setenv("OTEL_TRACES_EXPORTER", "none", 1);
  RecorderOptions options;
  options.region_directory = regions.path();
  Recorder recorder = Recorder::start(std::move(options));
  unsetenv("OTEL_TRACES_EXPORTER");
  ASSERT_TRUE(recorder) << recorder.error();
  { NANOSPAN_SCOPE(span, "unread"); }
  EXPECT_TRUE(recorder.flush());
  test::expect_balanced(recorder.accounting());
  EXPECT_TRUE(recorder.stop(std::chrono::seconds(5)));
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

}  // namespace
}  // namespace nanospan
