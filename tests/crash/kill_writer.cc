// Records numbered spans from its threads until it is killed.
//
// Usage: kill_writer <directory> <page> <threads> <drain> <growth> <pace>; drain: 1 exports to
// <directory>/delivered.pb; growth: 1 rings grow, if need be by a thread of their own; pace: 1 the
// drain keeps up.
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "capture/runtime.h"
#include "crash/numbered_span.h"
#include "crash/shared_page.h"
#include "nanospan/exporters/otlp_file_exporter.h"

namespace nanospan::test {
namespace {

struct Settings {
  std::string directory, page;
  int threads;
  bool drain, growth, pace;
};

RecorderOptions recorder_options(const Settings& settings) {
  constexpr std::uint64_t kSmallest = 16u << 10;
  RecorderOptions options;
  options.service_name = "kill_writer";
  options.region_directory = settings.directory;
  options.ring_bytes_initial = settings.pace ? 256 * kSmallest : kSmallest;
  options.ring_bytes_max = settings.growth ? 16 * kSmallest : options.ring_bytes_initial;
  options.drain.enabled = settings.drain;
  options.drain.batch_spans_max = 256;
  if (!settings.drain) return options;
  auto exporter = make_otlp_file_exporter({.path = settings.directory + "/delivered.pb",
                                           .format = OtlpFileFormat::kLengthDelimitedProtobuf});
  if (!exporter) _exit(2);
  options.exporters.push_back(std::move(*exporter));
  return options;
}

[[noreturn]] void record_for_ever(KillPage& page, int index, bool is_paced) {
  KillPage::Writer& writer = page.writers[index];
  writer.thread_id.store(static_cast<std::uint64_t>(gettid()));
  page.writers_ready.fetch_add(1);
  for (std::int64_t number = 0;; ++number) {
    record_number(index, number);
    writer.committed.store(number + 1);
    // A pace that a loaded drain keeps up with; nothing waits for it.
    if (is_paced && number % 8 == 0) std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
}

// What the drain does for lanes that are in a hurry.
[[noreturn]] void grow_for_ever() {
  region::Region& region = *capture::current()->region;
  for (std::uint64_t slots = 512;; slots *= 2) {
    std::this_thread::sleep_for(std::chrono::microseconds(700));
    const std::uint64_t lanes = region.header().lane_count.load();
    for (std::uint32_t lane = 0; lane < lanes; ++lane) region.prepare_ring(lane, slots);
  }
}

int run(const Settings& settings) {
  const SharedPage<KillPage> page(settings.page);
  set_log_handler([](LogLevel, std::string_view) {});
  const Recorder recorder = Recorder::start(recorder_options(settings));
  if (!recorder) return 1;
  std::vector<std::thread> threads;
  for (int index = 0; index < settings.threads; ++index)
    threads.emplace_back([&, index] { record_for_ever(*page, index, settings.pace); });
  if (settings.growth && !settings.drain) grow_for_ever();
  for (;;) pause();
}

}  // namespace
}  // namespace nanospan::test

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  const auto is_set = [&](int index) { return *argv[index] == '1'; };
  return nanospan::test::run(
      {argv[1], argv[2], std::atoi(argv[3]), is_set(4), is_set(5), is_set(6)});
}
