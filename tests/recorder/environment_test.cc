// What a recorder does with the variables of batching and of its log.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "support/recording.h"

namespace nanospan {
namespace {

using test::Recording;

class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

// What the drain hands out.
class Watching : public Exporter {
 public:
  ExportResult export_batch(const SpanBatch& batch, Deadline deadline) override {
    spans += batch.size();
    spans_max = std::max(spans_max.load(), batch.size());
    time_left = deadline - std::chrono::steady_clock::now();
    return ExportResult::kSuccess;
  }
  std::string describe() const override { return "a watcher"; }

  std::atomic<std::size_t> spans{0}, spans_max{0};
  std::atomic<std::chrono::nanoseconds> time_left{};
};

// 100 spans through a recorder with these options.
std::shared_ptr<Watching> watch(RecorderOptions options = {}) {
  auto watching = std::make_shared<Watching>();
  options.exporters = {watching};
  Recording recording(std::move(options));
  for (int i = 0; i < 100; ++i) {
    NANOSPAN_SCOPE(span, "work");
  }
  recording.flush();
  EXPECT_EQ(watching->spans, 100u);
  return watching;
}

TEST(Environment, BoundsABatch) {
  const Variable size("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10");
  EXPECT_LE(watch()->spans_max, 10u);
  RecorderOptions options;
  options.drain.batch_spans_max = 3;  // the program's own word counts
  EXPECT_LE(watch(std::move(options))->spans_max, 3u);
}

TEST(Environment, BoundsTheTimeOfAnExport) {
  using std::chrono::hours, std::chrono::seconds;
  EXPECT_LE(watch()->time_left.load(), seconds(30));
  const Variable timeout("OTEL_BSP_EXPORT_TIMEOUT", "7200000");
  EXPECT_GT(watch()->time_left.load(), hours(1));
  EXPECT_LE(watch()->time_left.load(), hours(2));
  RecorderOptions options;
  options.drain.export_timeout = std::chrono::minutes(10);
  EXPECT_LE(watch(std::move(options))->time_left.load(), std::chrono::minutes(10));
}

TEST(Environment, AnExportTimeoutOfZeroIsNoLimit) {
  const Variable timeout("OTEL_BSP_EXPORT_TIMEOUT", "0");
  EXPECT_GT(watch()->time_left.load(), std::chrono::hours(1));
}

TEST(Environment, SaysWhichMessagesAreShown) {
  std::atomic<int> said{0};
  set_log_handler([&](LogLevel level, std::string_view) { said += level == LogLevel::kInfo; });
  { const Recording recording; }
  EXPECT_GT(said, 0);
  said = 0;
  {
    const Variable level("OTEL_LOG_LEVEL", "error");
    const Recording recording;
  }
  EXPECT_EQ(said, 0);
  { const Recording recording; }  // unset again: as before
  EXPECT_GT(said, 0);
  set_log_handler({});
}

}  // namespace
}  // namespace nanospan
