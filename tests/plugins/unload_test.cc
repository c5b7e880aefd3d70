// Libraries that are gone: their callsites stay readable, and nothing of them is left behind.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "nanospan/crash_handler.h"
#include "nanospan/detail/publish.h"
#include "plugin_library.h"
#include "recovery/region_file.h"
#include "support/recording.h"

// The core's calls of it, too: it is a part of this program.
static std::atomic<int> calls_at_exit{0};
extern "C" int __cxa_atexit(void (*call)(void*), void* object, void* module) {
  ++calls_at_exit;
  static const auto next =
      reinterpret_cast<decltype(&__cxa_atexit)>(dlsym(RTLD_NEXT, "__cxa_atexit"));
  return next(call, object, module);
}

namespace nanospan {
namespace {

using test::is_mapped;
using test::Plugin;
using test::Recording;

constexpr bool kIsSanitized = sizeof(SANITIZER) > 1;
constexpr std::uint64_t kSpansOfPlugin = 7;

std::size_t rounds() {
  const char* const level = std::getenv("NANOSPAN_TEST_LEVEL");
  return level != nullptr && std::strcmp(level, "all") == 0 ? 10'000 : 1'000;
}

// What a process has, of all that a library could leave behind.
struct Holdings {
  std::size_t heap_bytes = mallinfo2().uordblks;
  std::size_t address_bytes = 0;
  std::size_t mappings = 0;
  std::size_t descriptors = 0;
  std::uint64_t definitions = 0;

  explicit Holdings(const std::string& region_path) {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    address_bytes = pages * 4096;
    const std::string maps = test::file_text("/proc/self/maps");
    mappings = static_cast<std::size_t>(std::count(maps.begin(), maps.end(), '\n'));
    const std::filesystem::directory_iterator open_files("/proc/self/fd");
    descriptors = static_cast<std::size_t>(std::distance(begin(open_files), end(open_files)));
    const auto region = recovery::RegionFile::open(region_path);
    EXPECT_TRUE(region) << region.error();
    if (region) definitions = detail::load(region->view().header().definitions_count);
  }
};

// Counts spans, and those whose callsite can't be read.
class Readable final : public Exporter {
 public:
  ExportResult export_batch(const SpanBatch& batch, Deadline) override {
    for (const SpanView span : batch) {
      ++spans_;
      unreadable_ += span.name().rfind("plugin", 0) != 0 || span.callsite().line == 0 ||
                     span.callsite().file.find("plugin.cc") == std::string::npos;
    }
    return ExportResult::kSuccess;
  }
  std::string describe() const override { return "readable"; }
  std::uint64_t spans() const { return spans_; }
  std::uint64_t unreadable() const { return unreadable_; }

 private:
  std::atomic<std::uint64_t> spans_{0}, unreadable_{0};
};

void load_and_unload(const char* path, std::size_t times, std::optional<Span>& outlives) {
  for (std::size_t i = 0; i < times; ++i) {
    {
      const Plugin plugin(path);
      plugin.record(static_cast<int>(i));
      plugin.start(outlives.emplace());
    }
    if (i % 64 == 0) {
      ASSERT_FALSE(is_mapped(path)) << "in round " << i;
    }
    outlives.reset();  // ended after its library
  }
}

// A leak of one malloc, mapping, descriptor or definition a round is told from what happens once.
// Without a drain: its buffers grow as it lags behind.
void expect_no_leak(const char* path) {
  RecorderOptions options;
  options.drain.enabled = false;
  options.exporters = {nullptr};
  Recording recording(std::move(options));
  std::optional<Span> outlives;
  constexpr std::size_t kWarmUp = 100;
  load_and_unload(path, kWarmUp, outlives);
  const std::string region = recording.recorder().region_path();
  const Holdings before(region);
  const std::size_t times = rounds();
  load_and_unload(path, times, outlives);
  const Holdings after(region);
  constexpr std::size_t kMallocMin = 24, kPage = 4096;
  if (!kIsSanitized) {  // which keeps books of its own
    EXPECT_LT(after.heap_bytes, before.heap_bytes + times * kMallocMin);
    EXPECT_LT(after.address_bytes, before.address_bytes + times * kPage);
  }
  EXPECT_LT(after.mappings, before.mappings + times / 10);
  EXPECT_EQ(after.descriptors, before.descriptors);
  EXPECT_EQ(after.definitions, before.definitions);
  EXPECT_EQ(recording.accounting().started, (kWarmUp + times) * (kSpansOfPlugin + 1));
}

class Unloading : public testing::TestWithParam<const char*> {};

TEST_P(Unloading, AgainAndAgainLeaksNothing) {
  expect_no_leak(GetParam());
}

// It would allocate, and wait for a lock: the first use may be in a handler.
TEST_P(Unloading, IsAnnouncedWhenTheLibraryIsLoadedAndNotByItsFirstSpan) {
  Recording recording;
  const int before = calls_at_exit.load();
  const Plugin plugin(GetParam());
  const int loaded = calls_at_exit.load();
  EXPECT_GT(loaded, before);
  plugin.record(1);
  EXPECT_EQ(calls_at_exit.load(), loaded);
}

TEST_P(Unloading, LeavesSpansToBeExported) {
  const auto exported = std::make_shared<Readable>();
  RecorderOptions options;
  options.exporters = {exported};
  Recording recording(std::move(options));
  std::optional<Span> outlives;
  load_and_unload(GetParam(), 10, outlives);
  EXPECT_EQ(recording.expect_balanced_at_rest().delivered, 10 * (kSpansOfPlugin + 1));
  EXPECT_EQ(exported->spans(), 10 * (kSpansOfPlugin + 1));
  EXPECT_EQ(exported->unreadable(), 0u);
}

// Whoever reads the region from outside finds the texts in it, not in the library.
TEST_P(Unloading, LeavesCallsitesReadableInTheRegion) {
  RecorderOptions options;
  options.drain.enabled = false;
  options.exporters = {nullptr};
  Recording recording(std::move(options));
  {
    const Plugin plugin(GetParam());
    plugin.record(7);
  }
  ASSERT_FALSE(is_mapped(GetParam()));
  const auto file = recovery::RegionFile::open(recording.recorder().region_path());
  ASSERT_TRUE(file) << file.error();
  decode::RegionReader reader(file->view(), file->reader_options());
  decode::BatchBuilder batch;
  (void)reader.read_finished(batch, 100);
  Readable readable;
  EXPECT_EQ(readable.export_batch(batch.batch(), {}), ExportResult::kSuccess);
  EXPECT_EQ(readable.spans(), kSpansOfPlugin);
  EXPECT_EQ(readable.unreadable(), 0u);
}

#ifdef OTHER_COMPILERS_PLUGIN
INSTANTIATE_TEST_SUITE_P(BothCompilers, Unloading,
                         testing::Values(PLUGIN, PLUGIN_HIDDEN, OTHER_COMPILERS_PLUGIN));
#else
INSTANTIATE_TEST_SUITE_P(ThisCompiler, Unloading, testing::Values(PLUGIN, PLUGIN_HIDDEN));
#endif

// It notes which modules are loaded whenever one registers.
TEST(UnloadingWithTheCrashHandler, LeaksNothing) {
  (void)install_crash_handler();  // once in a process: again is refused
  expect_no_leak(PLUGIN);
}

}  // namespace
}  // namespace nanospan
