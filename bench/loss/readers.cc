#include "loss/readers.h"

#include <sys/prctl.h>

#include <chrono>

#include "capture/runtime.h"
#include "decode/batch_builder.h"
#include "decode/region_reader.h"
#include "harness/machine.h"
#include "nanospan/detail/tick_source.h"

namespace nanospan::bench {
namespace {

// Without waking up from sleep, which takes longer: only where a reader has its core to itself.
constexpr std::uint64_t kSpinsBelowNs = 200'000;

unsigned cpu_of_reader(unsigned index) {
  const auto& cpus = usable_cpus();
  return cpus[1 + index % (cpus.size() - 1)];
}

void look(decode::RegionReader& reader, BatchBuilder& batch, ReaderCounts& counts) {
  constexpr std::size_t kBatchSpans = 4096;
  for (bool more = true; more;) {
    batch.clear();
    const decode::ReadStats read = reader.read_finished(batch, kBatchSpans);
    counts.spans += read.spans;
    counts.lost += read.overwritten + read.damaged;
    more = read.more;
  }
  ++counts.looks;
}

}  // namespace

Readers::Readers(const ReaderSetting& setting) : setting_(setting) {
  for (unsigned i = 0; i < setting.readers; ++i) {
    Reader& reader = readers_.emplace_back();
    reader.thread = std::thread([this, &reader, i] { run(reader, i); });
  }
  for (unsigned ready = 0; ready < setting.readers; ready = at_the_end_) at_the_end_.wait(ready);
}

ReaderCounts Readers::stop() {
  stopping_.store(true, std::memory_order_release);
  ReaderCounts all;
  for (Reader& reader : readers_) {
    if (reader.thread.joinable()) reader.thread.join();
    all.spans += reader.counts.spans;
    all.lost += reader.counts.lost;
    all.looks += reader.counts.looks;
  }
  return all;
}

void Readers::run(Reader& reader, unsigned index) {
  pin_this_thread(cpu_of_reader(index));
  prctl(PR_SET_TIMERSLACK, 1UL);
  decode::RegionReader region(capture::current()->region->view(), {.gives_lines_back = index == 0});
  BatchBuilder batch;
  look(region, batch, reader.counts);
  reader.counts = {};
  at_the_end_.fetch_add(1);
  at_the_end_.notify_one();
  const auto period =
      static_cast<std::uint64_t>(static_cast<double>(setting_.period_ns) / ns_per_tick());
  std::uint64_t due = detail::read_ticks() + period;
  while (!stopping_.load(std::memory_order_acquire)) {
    wait_until(due);
    look(region, batch, reader.counts);
    due = std::max(due + period, detail::read_ticks());
  }
  look(region, batch, reader.counts);
}

void Readers::wait_until(std::uint64_t due_ticks) const {
  const bool spins = setting_.readers == 1 && setting_.period_ns < kSpinsBelowNs;
  for (std::uint64_t now = detail::read_ticks(); now < due_ticks; now = detail::read_ticks()) {
    if (stopping_.load(std::memory_order_acquire)) return;
    if (spins) continue;
    const double left_ns = static_cast<double>(due_ticks - now) * ns_per_tick();
    std::this_thread::sleep_for(std::chrono::nanoseconds(static_cast<std::int64_t>(left_ns) + 1));
  }
}

}  // namespace nanospan::bench
