// What the exporters leave in files, on a terminal and in memory.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "exporters/batch_fixture.h"
#include "nanospan/exporters/console_exporter.h"
#include "nanospan/exporters/make_exporter.h"
#include "nanospan/exporters/memory_exporter.h"
#include "nanospan/exporters/otlp_file_exporter.h"
#include "otlp.pb.h"

namespace nanospan::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

Deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(5);
}

class ExportersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = fs::temp_directory_path() / "nanospan-exporters-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    maker_.add(maker_.record(maker_.callsite("get_tasks")));
  }
  void TearDown() override { fs::remove_all(directory_); }

  static std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  fs::path directory_;
  BatchMaker maker_;
};

TEST_F(ExportersTest, EachBatchIsALineOnceItIsTaken) {
  const fs::path path = directory_ / "out.jsonl";
  OtlpFileOptions options;
  options.path = path;
  auto exporter = make_otlp_file_exporter(options);
  ASSERT_TRUE(exporter) << exporter.error();
  EXPECT_EQ((*exporter)->describe(), "OTLP file " + path.string());
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ((*exporter)->export_batch(maker_.batch(), soon()), ExportResult::kSuccess);
  }
  std::istringstream lines(read(path));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto data = nlohmann::json::parse(line);
    EXPECT_EQ(data["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"], "get_tasks");
  }
  EXPECT_EQ(count, 3);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(ExportersTest, ProtobufMessagesFollowTheirLengths) {
  OtlpFileOptions options;
  options.path = directory_ / "out.pb";
  options.format = OtlpFileFormat::kLengthDelimitedProtobuf;
  options.buffer_bytes_max = 1 << 20;
  auto exporter = make_otlp_file_exporter(options);
  ASSERT_TRUE(exporter);
  ASSERT_EQ((*exporter)->export_batch(maker_.batch(), soon()), ExportResult::kSuccess);
  ASSERT_EQ((*exporter)->export_batch(maker_.batch(), soon()), ExportResult::kSuccess);
  EXPECT_EQ(read(options.path), "");
  EXPECT_TRUE((*exporter)->flush(soon()));
  const std::string bytes = read(options.path);
  ASSERT_EQ(bytes.size() % 2, 0u);
  const std::string first = bytes.substr(0, bytes.size() / 2);
  ASSERT_EQ(first, bytes.substr(bytes.size() / 2));
  std::size_t length = 0, at = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(first.at(at++));
    length |= static_cast<std::size_t>(byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  ASSERT_EQ(length, first.size() - at);
  otlp::v1::TracesData data;
  ASSERT_TRUE(data.ParseFromString(first.substr(at)));
  EXPECT_EQ(data.resource_spans(0).scope_spans(0).spans_size(), 1);
}

TEST_F(ExportersTest, AFullDiskFailsTheBatch) {
  OtlpFileOptions options;
  options.path = "/dev/full";
  auto exporter = make_otlp_file_exporter(options);
  ASSERT_TRUE(exporter) << exporter.error();
  EXPECT_EQ((*exporter)->export_batch(maker_.batch(), soon()), ExportResult::kFailure);
  EXPECT_EQ((*exporter)->last_error(), "No space left on device");
  EXPECT_TRUE((*exporter)->flush(soon())) << "a refused batch must not wait for the next attempt";
}

TEST_F(ExportersTest, AFileThatCannotGrowEndsWithAWholeLine) {
  OtlpFileOptions options;
  options.path = directory_ / "out.jsonl";
  auto exporter = make_otlp_file_exporter(options);
  ASSERT_TRUE(exporter);
  ASSERT_EQ((*exporter)->export_batch(maker_.batch(), soon()), ExportResult::kSuccess);
  const std::string before = read(options.path);
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{before.size() + 10, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const ExportResult refused = (*exporter)->export_batch(maker_.batch(), soon());
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(refused, ExportResult::kFailure);
  EXPECT_EQ(read(options.path), before);
  EXPECT_EQ((*exporter)->export_batch(maker_.batch(), soon()), ExportResult::kSuccess);
  EXPECT_EQ(read(options.path), before + before);
}

TEST_F(ExportersTest, AFullPipeGivesUpAtItsDeadline) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  OtlpFileOptions options;
  options.fd = ends[1];
  auto exporter = make_otlp_file_exporter(options);
  ASSERT_TRUE(exporter);
  ExportResult last = ExportResult::kSuccess;
  for (int i = 0; i < 100'000 && last == ExportResult::kSuccess; ++i) {
    last = (*exporter)->export_batch(maker_.batch(), std::chrono::steady_clock::now());
    if (!(*exporter)->flush(std::chrono::steady_clock::now())) last = ExportResult::kFailure;
  }
  EXPECT_EQ(last, ExportResult::kFailure);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(ExportersTest, NamesChooseExporters) {
  ExporterDefaults defaults;
  defaults.service_name = "a/b";
  defaults.directory = directory_;
  const std::string path = directory_ / ("a_b-" + std::to_string(::getpid()) + ".jsonl");
  for (const char* const name : {"", "otlp/file"}) {
    auto exporter = make_exporter(name, defaults);
    ASSERT_TRUE(exporter) << exporter.error();
    EXPECT_EQ((*exporter)->describe(), "OTLP file " + path);
  }
  EXPECT_EQ((*make_exporter("console", defaults))->describe(), "console");
  EXPECT_EQ((*make_exporter("otlp/stdout", defaults))->describe(), "OTLP file descriptor 1");
  auto none = make_exporter("none", defaults);
  ASSERT_TRUE(none);
  EXPECT_EQ(*none, nullptr);
  EXPECT_THAT(make_exporter("zipkin", defaults).error(), HasSubstr("'zipkin'"));
}

TEST_F(ExportersTest, AMissingDirectoryIsASentence) {
  OtlpFileOptions options;
  options.path = directory_ / "missing" / "out.jsonl";
  const auto exporter = make_otlp_file_exporter(options);
  ASSERT_FALSE(exporter);
  EXPECT_THAT(exporter.error(), HasSubstr(options.path));
  EXPECT_FALSE(make_otlp_file_exporter({}));
}

TEST_F(ExportersTest, ConsoleWritesALineASpanAndNoControlCharacters) {
  Payload payload;
  payload.text("user\x1b.id", "seven\n\x1b[31m");
  payload.integer("rows", 7);
  payload.strings("list", {"a", "b"});
  maker_.add(maker_.record(maker_.callsite("db\nquery")), payload);
  const fs::path path = directory_ / "console";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(fd, 0);
  auto exporter = make_console_exporter({fd});
  ASSERT_TRUE(exporter);
  EXPECT_EQ((*exporter)->export_batch(maker_.batch(), soon()), ExportResult::kSuccess);
  ::close(fd);
  const std::string text = read(path);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_THAT(text, HasSubstr("22:13:20.000000001  2.501 us  internal  get_tasks  trace=0102"));
  EXPECT_THAT(text, HasSubstr(R"(="seven\n\u001b[31m" rows=7 list=["a", "b"])"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST_F(ExportersTest, MemoryKeepsCopiesOfAllThatASpanHolds) {
  auto store = std::make_shared<SpanStore>(2);
  auto exporter = make_memory_exporter(store);
  Payload inner;
  inner.integer("limit", 50);
  Payload payload;
  payload.text("user.id", "7");
  payload.strings("list", {"a", "b"});
  payload.event("fetch", 99, inner);
  payload.link({{1, 2}, {3}, {1}, false}, inner);
  SpanRecord child = maker_.record(maker_.callsite("db.query"));
  child.parent_span_id = {0xa1a2a3a4a5a6a700};
  maker_.add(child, payload, "vendor=1");
  maker_.add(maker_.record(maker_.callsite("one too many")));
  ASSERT_EQ(exporter->export_batch(maker_.batch(), soon()), ExportResult::kSuccess);
  maker_.restart();
  EXPECT_EQ(store->size(), 2u);
  EXPECT_EQ(store->refused(), 1u);
  const auto found = store->find("db.query");
  ASSERT_TRUE(found);
  ASSERT_NE(found->find_attribute("user.id"), nullptr);
  EXPECT_EQ(found->find_attribute("user.id")->text, "7");
  EXPECT_EQ(found->find_attribute("list")->strings, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(found->events.size(), 1u);
  EXPECT_EQ(found->events[0].name, "fetch");
  EXPECT_EQ(found->events[0].attributes[0].number, 50);
  ASSERT_EQ(found->links.size(), 1u);
  EXPECT_EQ(found->links[0].context.span_id.value, 3u);
  EXPECT_EQ(found->tracestate, "vendor=1");
  EXPECT_EQ(store->children_of({0xa1a2a3a4a5a6a700}).size(), 1u);
  EXPECT_EQ(store->take().size(), 2u);
  EXPECT_EQ(store->size(), 0u);
}

}  // namespace
}  // namespace nanospan::test
