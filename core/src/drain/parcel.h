// What goes from the drain thread to the export worker, and comes back.
//
// Threads: whoever took it out of a queue owns it; the queues hand it over.
// Memory: a fixed number of span parcels exists (DrainOptions::batches_max); a batch keeps its
// capacity, so that nothing is allocated in steady state.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "decode/batch_builder.h"
#include "decode/region_reader.h"
#include "nanospan/exporter.h"

namespace nanospan::drain {

// One caller's wait for the end of a flush.
class FlushRequest {
 public:
  explicit FlushRequest(Deadline deadline) noexcept : deadline_(deadline) {}

  [[nodiscard]] Deadline deadline() const noexcept { return deadline_; }
  void answer(bool ok) {
    {
      const std::lock_guard lock(mutex_);
      if (answered_) return;
      answered_ = true;
      ok_ = ok;
    }
    condition_.notify_all();
  }
  [[nodiscard]] bool wait() {
    std::unique_lock lock(mutex_);
    condition_.wait_until(lock, deadline_, [this] { return answered_; });
    return answered_ && ok_;
  }

 private:
  const Deadline deadline_;
  std::mutex mutex_;
  std::condition_variable condition_;
  bool answered_ = false;
  bool ok_ = false;
};

// Where a lane's cursor stands behind the batch.
struct LaneCheckpoint {
  std::uint32_t lane = 0;
  std::uint64_t position = 0;
  std::uint64_t records = 0;
  std::uint64_t overwritten = 0;
};

enum class ParcelKind : std::uint8_t { kSpans, kFlush, kStop };

struct Parcel {
  ParcelKind kind = ParcelKind::kSpans;
  BatchBuilder spans;
  decode::ReadStats stats;
  std::vector<LaneCheckpoint> checkpoints;  // of the lanes that moved
  std::shared_ptr<FlushRequest> flush;      // kFlush
  Deadline deadline{};                      // kStop

  void clear() noexcept {
    spans.clear();
    stats = {};
    checkpoints.clear();
  }
};

}  // namespace nanospan::drain
