// A real region whose lanes the test writes by hand, and exporters that do what it says.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "drain/drain.h"
#include "format/checkpoint.h"
#include "nanospan/detail/publish.h"
#include "region/region.h"
#include "support/log_lines.h"

namespace nanospan::test {

// Keeps the ids of what it took.
class CollectingExporter : public Exporter {
 public:
  ExportResult export_batch(const SpanBatch& batch, Deadline /*deadline*/) override {
    const std::lock_guard lock(mutex_);
    for (const SpanView span : batch) ids_.push_back(span.span_id().value);
    return ExportResult::kSuccess;
  }
  bool flush(Deadline /*deadline*/) override {
    ++flushes;
    return true;
  }
  void shutdown(Deadline /*deadline*/) override { ++shutdowns; }
  std::string describe() const override { return "a test's memory"; }
  [[nodiscard]] std::vector<std::uint64_t> ids() const {
    const std::lock_guard lock(mutex_);
    return ids_;
  }
  std::atomic<int> flushes{0}, shutdowns{0};

 private:
  mutable std::mutex mutex_;
  std::vector<std::uint64_t> ids_;
};

// Stays in export_batch() until it is opened.
class GatedExporter : public CollectingExporter {
 public:
  ExportResult export_batch(const SpanBatch& batch, Deadline deadline) override {
    std::unique_lock lock(mutex_);
    entered_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    lock.unlock();
    return CollectingExporter::export_batch(batch, deadline);
  }
  void wait_until_entered() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return entered_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool entered_ = false, open_ = false;
};

class FailingExporter : public CollectingExporter {
 public:
  explicit FailingExporter(bool throws) : throws_(throws) {}
  std::string last_error() const override { return "the disk is full"; }
  std::string describe() const override { return throws_ ? "one that throws" : "one that refuses"; }
  ExportResult export_batch(const SpanBatch& /*batch*/, Deadline /*deadline*/) override {
    if (throws_) throw std::runtime_error("no");
    return ExportResult::kFailure;
  }

 private:
  bool throws_;
};

class DrainTest : public ::testing::Test {
 protected:
  explicit DrainTest(std::uint64_t ring_bytes_max = 64u << 10) : ring_bytes_max_(ring_bytes_max) {}
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() /
                 ("nanospan-drain-test-" + std::to_string(getpid()));
    region::RegionOptions wanted;
    wanted.directory = directory_;
    wanted.budget_bytes = 8u << 20;
    wanted.ring_bytes_initial = 16u << 10;
    wanted.ring_bytes_max = ring_bytes_max_;
    auto made = region::Region::create(wanted);
    ASSERT_TRUE(made) << made.error();
    region = *made;
    lane = static_cast<std::uint32_t>(region->add_lane());
  }
  void TearDown() override {
    if (region != nullptr) region->close(false);
    // Never destroyed, since whoever comes too late may still write to it; no leak either.
    static auto* const closed = new std::vector<region::Region*>;
    closed->push_back(region);
    std::filesystem::remove_all(directory_);
  }

  // Spans of one slot, as the lane's writer would publish them; ids count on from 1.
  void publish(std::uint64_t count, std::uint64_t flags = detail::span_flag::kInherited) {
    using namespace detail;
    format::LaneHeader& head = region->lane(lane);
    Slot* const ring = region->ring(lane, 0);
    const std::uint64_t slots = load(head.rings[0].slots);
    for (; count != 0; --count, ++position_) {
      Slot& out = ring[position_ % slots];
      invalidate(out.w[0]);
      begin_bodies();
      for (unsigned word = 1; word <= 6; ++word) store(out.w[word], 1);
      store(out.w[3], position_ + 1);
      store(out.w[7], slot_w7::kSequence.put(position_) | slot_w7::kTenancy.put(1));
      nanospan::detail::publish(out.w[0], slot_head::kPosition.put(position_) |
                                              slot_head::kKind.put(std::uint64_t(SlotKind::kSpan)) |
                                              slot_head::kSlots.put(1) |
                                              slot_head::kFlags.put(flags));
      store(head.counters.records, position_ + 1);
      nanospan::detail::publish(head.counters.position, position_ + 1);
    }
  }
  void start(drain::Drain& drain, std::vector<std::shared_ptr<Exporter>> exporters) {
    const Status started =
        drain.start(*region, std::move(exporters), std::make_shared<const Resource>(), options);
    ASSERT_TRUE(started) << started.error();
  }
  [[nodiscard]] format::LaneCheckpoint checkpoint() const {
    return format::load_checkpoint(region->header(), region->lane(lane));
  }
  [[nodiscard]] static Deadline soon() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(30);
  }
  [[nodiscard]] static std::uint64_t value(const detail::Word& word) { return detail::load(word); }
  // Of the equation, all but what is left in the rings.
  [[nodiscard]] std::uint64_t accounted() const {
    const format::RegionHeader& head = region->header();
    return value(head.delivered) + value(head.refused) + value(head.unexported) +
           value(head.overwritten) + value(head.damaged) + value(head.in_export);
  }

  LogLines log;
  region::Region* region = nullptr;
  std::uint32_t lane = 0;
  drain::DrainOptions options;

 private:
  const std::uint64_t ring_bytes_max_;
  std::filesystem::path directory_;
  std::uint64_t position_ = 0;
};

}  // namespace nanospan::test
