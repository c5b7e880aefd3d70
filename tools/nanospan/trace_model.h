// TraceModel: spans of any input, owned, grouped by trace, as trees.
//
// Input is not trusted: a span whose parent is missing, itself, or below it still has a place in
// the tree, and none has two. Children stand in the order of their starts. Threads: none. Memory:
// all spans, some 400 bytes each, up to memory_bytes_max; the rest is counted.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "readers/otlp_spans.h"
#include "reading.h"

namespace nanospan::tools {

struct TraceSpan {
  std::string span_id;    // 8 bytes
  std::string parent_id;  // 8 bytes, or none
  std::string name;
  std::uint32_t service = 0;  // index in TraceModel::services()
  std::uint64_t start_ns = 0;
  std::uint64_t end_ns = 0;  // not below start_ns
  bool error = false;
  bool unfinished = false;
  std::string status_message;
  std::vector<std::uint32_t> children;

  [[nodiscard]] std::uint64_t duration_ns() const noexcept { return end_ns - start_ns; }
};

struct Trace {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  std::string id;  // 16 bytes
  std::vector<TraceSpan> spans;
  std::vector<std::uint32_t> roots;        // without a parent
  std::vector<std::uint32_t> orphans;      // their parent is not here, or below themselves
  std::uint64_t start_ns = 0, end_ns = 0;  // of all spans
  std::uint64_t errors = 0, unfinished = 0, duplicates = 0;
  std::vector<std::uint32_t> services;  // that take part

  // The longest root, else the longest orphan.
  [[nodiscard]] const TraceSpan& root() const;
};

class TraceModel final : public SpanSink, private OtlpVisitor {
 public:
  explicit TraceModel(std::uint64_t memory_bytes_max = std::uint64_t{1} << 30);
  ~TraceModel() override;
  [[nodiscard]] bool take(const SpanBatch& batch) override;
  [[nodiscard]] bool take(const OtlpPiece& piece) override;
  // Builds the trees; nothing is taken after it. Slowest root first.
  void finish();

  [[nodiscard]] const std::vector<Trace>& traces() const noexcept { return traces_; }
  [[nodiscard]] const std::string& service(std::uint32_t index) const { return services_[index]; }
  [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }

 private:
  struct Encoder;
  void resource(const OtlpAttributes& attributes) override;
  void span(const OtlpSpan& span) override;
  std::uint32_t service_index(const std::string& name);

  std::unique_ptr<Encoder> encoder_;
  std::vector<Trace> traces_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<std::string> services_;
  std::unordered_map<std::string, std::uint32_t> service_index_;
  std::uint32_t service_ = 0;  // of the spans that come
  const std::uint64_t memory_bytes_max_;
  std::uint64_t memory_bytes_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace nanospan::tools
