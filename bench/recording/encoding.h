// An exporter that encodes each batch as OTLP and drops the bytes: the drain's work without a disk.
//
// Threads: as Exporter says; the counters are read by the writer's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "nanospan/exporter.h"
#include "wire/otlp_encoder.h"

namespace nanospan::bench {

class EncodingExporter : public Exporter {
 public:
  ExportResult export_batch(const SpanBatch& batch, Deadline) override {
    const std::size_t bytes = encoder_.encode(batch).size();
    spans_.fetch_add(batch.size(), std::memory_order_relaxed);
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
    return ExportResult::kSuccess;
  }
  [[nodiscard]] std::string describe() const override { return "OTLP bytes that nobody keeps"; }
  [[nodiscard]] std::uint64_t spans() const { return spans_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  wire::OtlpEncoder encoder_;
  std::atomic<std::uint64_t> spans_{0}, bytes_{0};
};

}  // namespace nanospan::bench
