// Session: one recorder for one cost, with or without the drain, and what became of its spans.
//
// Threads: the writer's. A process has one recorder at a time, so a Session has a scope of its own.
// Memory: without the drain the region's file is removed at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "harness/cost.h"
#include "nanospan/recorder.h"
#include "recording/encoding.h"

namespace nanospan::bench {

// kOnWritersCore: what the drain does, it takes from the writer.
enum class Drained { kNo, kYes, kOnWritersCore };

class Session {
 public:
  // `options`: the defaults, or what a cost is defined by; the drain is set here, the
  // exporter that counts is added.
  explicit Session(Drained drained, RecorderOptions options = {});
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  // "": a recorder runs and this thread has its lane.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  // Records at `per_second` until the ring of this thread has stopped growing for a while.
  void settle_ring(double per_second);
  // Counts from here: what was lost before is the warm-up's.
  void begin_counting();
  // Flushes, and writes exported, lost, lost in the warm-up into `figure`.
  void finish_counting(Figure& figure);

  // Spans lost so far, whatever the cause.
  [[nodiscard]] std::uint64_t lost() const;
  [[nodiscard]] std::uint64_t exported() const { return exporter_->spans(); }
  [[nodiscard]] std::uint64_t exported_bytes() const { return exporter_->bytes(); }
  [[nodiscard]] std::uint64_t ring_bytes() const;
  bool flush();

 private:
  std::shared_ptr<EncodingExporter> exporter_;
  std::unique_ptr<Recorder> recorder_;
  std::string problem_, region_path_;
  std::uint64_t exported_before_ = 0, lost_before_ = 0;
};

}  // namespace nanospan::bench
